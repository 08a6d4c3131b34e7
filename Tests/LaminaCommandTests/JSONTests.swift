import LaminaCommand
import Testing
import LaminaWire

@Suite("JSON") struct JSONTests {
  @Test("documents come back as they were written")
  func roundTrip() throws {
    let document: JSONValue = [
      "text": "a \"b\" \\ \n \u{1} é 🙂", "none": .null, "yes": .bool(true), "count": -3,
      "share": .double(0.1), "tiny": .double(1e-12), "list": [1, 2, ["x": []]], "empty": [:],
    ]
    #expect(try JSONReader.read(Array(document.text().utf8)) == document)
    #expect(try JSONReader.read(Array(document.compact.utf8)) == document)
  }

  @Test("what other programs write is read")
  func readsForeign() throws {
    let text = #" {"a" : [ 1.5e3, -0, 12345678901234567890 ] , "b":"\u00e9\ud83d\ude42\/" }"#
    let value = try JSONReader.read(Array(text.utf8))
    #expect(value["a"]?.elements.map(\.number) == [1500, 0, 1.2345678901234567e19])
    #expect(value["b"]?.string == "é🙂/")
    #expect(value["c"] == nil)
  }

  @Test(
    "what is no document is refused",
    arguments: [
      "", "{", "[1,", "[1 2]", "{\"a\"}", "{a:1}", "\"abc", "\"\\x\"", "\"\\u12\"", "tru", "1 2",
      "+1", ".5", "-", "nan", String(repeating: "[", count: 100_000),
    ]
  )
  func refuses(_ text: String) {
    #expect(throws: JSONError.self) { try JSONReader.read(Array(text.utf8)) }
  }

  @Test("numbers are written short, and what is not finite is null")
  func writesNumbers() {
    #expect(JSONValue.double(3).compact == "3")
    #expect(JSONValue.double(.nan).compact == "null")
    #expect(JSONValue(0.123456789, digits: 4).compact == "0.1235")
    #expect(JSONValue(123_456.7, digits: 3).compact == "123457")
    #expect(JSONValue(1.23456e-7, digits: 3).compact == "1.23e-07")
    #expect(JSONValue.milliseconds(nanoseconds: 1_234_567).compact == "1.2346")
  }

  @Test("short values stand on one line, long ones are broken up")
  func breaksLines() throws {
    let row: JSONValue = ["name": "conv", "shape": [1, 32, 112, 112]]
    #expect(row.text() == "{ \"name\": \"conv\", \"shape\": [1, 32, 112, 112] }\n")
    let rows = JSONValue.array(Array(repeating: row, count: 3))
    #expect(rows.text().split(separator: "\n").count == 5)
  }
}
