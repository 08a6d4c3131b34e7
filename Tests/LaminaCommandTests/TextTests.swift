import LaminaCommand
import Testing

@Suite("Text") struct TextTests {
  @Test("columns line up, and nothing stands behind the last text")
  func alignsColumns() {
    var table = Table([("name", .leading), ("count", .trailing), ("note", .leading)])
    table.add(["a", "1", ""])
    table.add(["long name", "1000", "x"])
    #expect(
      table.lines() == [
        "name       count  note",
        "a              1",
        "long name   1000  x",
      ]
    )
  }

  @Test("wide characters count as two columns, and long names lose their middle")
  func measuresWidth() {
    var table = Table(alignments: [.leading, .leading])
    table.add(["漢字", "x"])
    table.add(["abcd", "y"])
    #expect(table.lines() == ["漢字  x", "abcd  y"])
    table.widthLimit = 9
    table.add(["model/block_1/conv", ""])
    #expect(table.lines().last == "mode…conv")
    #expect(table.lines(ascii: true).last == "mod...onv")
  }

  @Test("numbers have three digits and a unit")
  func writesUnits() {
    #expect(Units.count(0) == "0")
    #expect(Units.count(999) == "999")
    #expect(Units.count(3_504_872) == "3.50 M")
    #expect(Units.count(300_774_272) == "301 M")
    #expect(Units.bytes(512) == "512 B")
    #expect(Units.bytes(13_400_000) == "13.4 MB")
    #expect(Units.time(milliseconds: 0.0345) == "34.5 µs")
    #expect(Units.time(milliseconds: 5.1234) == "5.12 ms")
    #expect(Units.time(milliseconds: 1200) == "1.20 s")
    #expect(Units.percent(0.0615) == "6.2 %" || Units.percent(0.0615) == "6.1 %")
  }

  @Test("bytes may have a unit")
  func readsByteCounts() {
    #expect(ByteCount(argument: "1000")?.count == 1000)
    #expect(ByteCount(argument: "2GiB")?.count == 2 << 30)
    #expect(ByteCount(argument: "512M")?.count == 512_000_000)
    for text in ["", "0", "-1", "1X", "M", "99999999999999999999", "9999999999G"] {
      #expect(ByteCount(argument: text) == nil, "\(text)")
    }
  }

  @Test("shapes may have a name, which may hold an equals sign")
  func readsShapes() {
    #expect(NamedShape(argument: "x=1x3x224x224")?.name == "x")
    #expect(NamedShape(argument: "a=b=1x2")?.name == "a=b")
    #expect(NamedShape(argument: "7")?.lengths == [7])
    for text in ["", "x=", "1x", "1xx2", "0x1", "-1x2", "axb"] {
      #expect(NamedShape(argument: text) == nil, "\(text)")
    }
  }

  @Test("names of files are made of harmless characters")
  func makesFileNames() {
    #expect(OutputFiles.safeName("a/b:0") == "a_b_0")
    #expect(OutputFiles.safeName("../ä.x-1_Z") == ".._ä.x-1_Z".replacing("ä", with: "_"))
    #expect(OutputFiles.safeName("") == "_")
  }

  @Test("numbers inside names count as numbers")
  func ordersNames() {
    let names = ["set_10", "set_2", "set_1", "a", "set"].sorted(by: Folder.isBefore)
    #expect(names == ["a", "set", "set_1", "set_2", "set_10"])
    #expect(Folder.stem("dir/a.b.onnx") == "a.b")
    #expect(Folder.parent(of: "x") == ".")
    #expect(Folder.parent(of: "/x") == "/")
    #expect(Folder.parent(of: "a/b/c") == "a/b")
  }
}
