import Foundation
import Testing

import LaminaWire

@Suite("NumPy arrays") struct NPYFileTests {
  /// A file of version 1.0 with the given header and elements.
  func file(_ header: String, _ elements: [UInt8], version: UInt8 = 1) -> ByteView {
    let length = header.utf8.count
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
    bytes += [UInt8(length & 0xFF), UInt8(length >> 8)]
    if version > 1 { bytes += [0, 0] }
    return ByteView(bytes + Array(header.utf8) + elements)
  }

  func header(_ descr: String, _ shape: String, fortran: String = "False") -> String {
    "{'descr': '\(descr)', 'fortran_order': \(fortran), 'shape': \(shape), }\n"
  }

  @Test("a file that NumPy wrote is read")
  func readsNumPysOwn() throws {
    // np.save(np.array([[1, 2, 3], [4, 5, -6]], np.int16)), NumPy 2.4
    let text = """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMp\
      LCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAIA\
      AwAEAAUA+v8=
      """
    let bytes = try #require(Data(base64Encoded: text))
    let array = try NPYFile(ByteView(Array(bytes)))
    #expect(array.elementType == NPYElementType(.signed, size: 2))
    #expect(array.shape == [2, 3])
    #expect(array.rowMajorBytes() == [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0xFA, 0xFF])
  }

  @Test("column-major elements are turned into row-major ones")
  func reordersFortran() throws {
    let array = try NPYFile(file(header("|u1", "(2, 3)", fortran: "True"), [1, 2, 3, 4, 5, 6]))
    #expect(array.rowMajorBytes() == [1, 3, 5, 2, 4, 6])
    let cube = try NPYFile(file(header("|u1", "(2, 2, 2)", fortran: "True"), Array(0..<8)))
    #expect(cube.rowMajorBytes() == [0, 4, 2, 6, 1, 5, 3, 7])
  }

  @Test("big-endian elements are turned around, complex ones by their halves")
  func swapsBytes() throws {
    let array = try NPYFile(file(header(">i4", "(1,)"), [1, 2, 3, 4]))
    #expect(array.rowMajorBytes() == [4, 3, 2, 1])
    let complex = try NPYFile(file(header(">c8", "()"), [1, 2, 3, 4, 5, 6, 7, 8]))
    #expect(complex.rowMajorBytes() == [4, 3, 2, 1, 8, 7, 6, 5])
  }

  @Test("scalars, empty arrays and later versions are read")
  func readsOddShapes() throws {
    #expect(try NPYFile(file(header("<f4", "()"), [0, 0, 128, 63])).count == 1)
    let empty = try NPYFile(
      file(header("<f8", "(0, 4611686018427387904, 9)", fortran: "True"), [], version: 2)
    )
    #expect(empty.count == 0)
    #expect(empty.rowMajorBytes().isEmpty)
    #expect(try NPYFile(file(header("|b1", "(2L,)"), [1, 0], version: 3)).shape == [2])
  }

  @Test("texts are read, wide and narrow")
  func readsTexts() throws {
    let wide = try NPYFile(
      file(
        header("<U2", "(2,)"),
        [65, 0, 0, 0] + [UInt8](repeating: 0, count: 4)
          + [0xE9, 0, 0, 0, 66, 0, 0, 0]
      )
    )
    #expect(wide.strings() == ["A", "éB"])
    let narrow = try NPYFile(file(header("|S3", "(2,)"), Array("ab\0xyz".utf8)))
    #expect(narrow.strings() == ["ab", "xyz"])
    #expect(try NPYFile(file(header("|u1", "(1,)"), [1])).strings() == nil)
  }

  @Test(
    "a header that is none is refused",
    arguments: [
      "", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': 1, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1073741824, 1073741824)}",
      "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '|S0', 'fortran_order': True, 'shape': (1000000000000000000,)}",
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
      "{'descr': '<f4",
    ]
  )
  func refusesHeaders(_ header: String) {
    #expect(throws: WireError.self) { try NPYFile(file(header, [0, 0, 0, 0])) }
  }

  @Test("a file that is cut off anywhere is refused")
  func refusesTruncated() throws {
    let whole = NPYWriter.file(NPYElementType(.float, size: 4), shape: [2], bytes: [UInt8](0..<8))
    for length in whole.indices {
      #expect(throws: WireError.self) { try NPYFile(ByteView(Array(whole.prefix(length)))) }
    }
  }

  @Test("what is written is read again, and begins at a multiple of 64")
  func writes() throws {
    for shape in [[], [6], [2, 3], [1, 6, 1]] {
      let count = shape.reduce(1, *)
      let bytes = [UInt8](0..<UInt8(count * 2))
      let whole = NPYWriter.file(NPYElementType(.float, size: 2), shape: shape, bytes: bytes)
      let array = try NPYFile(ByteView(whole))
      #expect(array.shape == shape)
      #expect(array.rowMajorBytes() == bytes)
      #expect((whole.count - bytes.count) % 64 == 0)
    }
    let texts = try NPYFile(ByteView(NPYWriter.file(strings: ["", "äb"], shape: [2])))
    #expect(texts.strings() == ["", "äb"])
  }
}
