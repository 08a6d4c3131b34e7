import LaminaCore
import LaminaOperators
import Testing

@Suite("Variables and tables") struct ResourceTests {
  private let handle = Tensor([], strings: ["table"])
  private let keys = Tensor([3], [5, -1, 1 << 40] as [Int64])
  private let values = Tensor([3], strings: ["a", "b", "é"])

  @Test("a handle is the resource's name; variables give and keep what they are given")
  func passesValuesOn() throws {
    #expect(try ResourceHandle("v").evaluate([])[0].strings == ["v"])
    let x = Tensor([2], [1, 2] as [Float])
    #expect(try AssignVariable().evaluate([handle, x])[0].floats() == [1, 2])
    #expect(try ReadVariable().evaluate([handle, x])[0].floats() == [1, 2])
    #expect(throws: ShapeError.self) { try ReadVariable().outputTypes(for: [handle.type]) }
  }

  @Test("tables find their keys, and give the filling for others")
  func finds() throws {
    let x = Tensor([2, 2], [1 << 40, 0, 5, 5] as [Int64])
    let filling = Tensor([1], strings: ["none"])
    let found = try FindInTable().evaluate([handle, x, filling, keys, values])[0]
    #expect(found.shape == [2, 2])
    #expect(found.strings == ["é", "none", "a", "a"])
    let words = Tensor([1], strings: ["b"])
    let zero = Tensor([1], [0 as Int64])
    let numbers = try FindInTable().evaluate([handle, words, zero, values, keys])[0]
    #expect(try numbers.ints() == [-1])
  }

  @Test("a table has as many entries as different keys")
  func counts() throws {
    #expect(try TableSize().evaluate([handle, keys])[0].ints() == [3])
    #expect(try TableSize().evaluate([handle, Tensor([2], strings: ["a", "a"])])[0].ints() == [1])
  }

  @Test("keys and values that do not belong together are refused")
  func refuses() {
    let short = Tensor([2], strings: ["a", "b"])
    #expect(throws: ShapeError.self) { try ImportTable().evaluate([handle, keys, short]) }
    let floats = Tensor([3], [0, 0, 0] as [Float])
    #expect(throws: ShapeError.self) { try ImportTable().evaluate([handle, floats, values]) }
    #expect(throws: ShapeError.self) {
      try FindInTable().evaluate([handle, short, short, keys, values])
    }
  }
}
