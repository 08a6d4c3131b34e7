import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct BinaryElementwiseTests {
  typealias Function = BinaryElementwise.Function

  struct Case: Sendable {
    var function: Function
    var a: [Double]
    var b: [Double]
    var y: [Double]

    init(_ function: Function, _ a: [Double], _ b: [Double], _ y: [Double]) {
      self.function = function
      self.a = a
      self.b = b
      self.y = y
    }
  }

  static let floats: [Case] = [
    Case(.add, [1, 2], [3, 4], [4, 6]),
    Case(.sub, [1, 2], [3, 5], [-2, -3]),
    Case(.mul, [2, 3], [4, 5], [8, 15]),
    Case(.div, [1, -1], [4, 0], [0.25, -.infinity]),
    Case(.floorDiv, [7, -7], [2, 2], [3, -4]),
    Case(.mod, [-7, 7], [3, -3], [2, -2]),
    Case(.fmod, [-7, 7], [3, -3], [-1, 1]),
    Case(.pow, [2, 9], [10, 0.5], [1024, 3]),
    Case(.max, [1, .nan], [2, 2], [2, .nan]),
    Case(.min, [1, 3], [2, .nan], [1, .nan]),
    Case(.squaredDifference, [1, 5], [4, 3], [9, 4]),
    Case(.atan2, [1, 0], [1, -1], [0.7853981633974483, 3.141592653589793]),
  ]

  static let integers: [Case] = [
    Case(.add, [120, -120], [10, -10], [-126, 126]),
    Case(.sub, [-128], [1], [127]),
    Case(.mul, [100, 3], [3, -4], [44, -12]),
    Case(.div, [7, -7, -128], [2, 2, -1], [3, -3, -128]),
    Case(.floorDiv, [7, -7, 6], [2, 2, -4], [3, -4, -2]),
    Case(.mod, [-7, 7, -128], [3, -3, -1], [2, -2, 0]),
    Case(.fmod, [-7, 7], [3, -3], [-1, 1]),
    Case(.pow, [2, -1, 3, 2], [6, -3, 5, -1], [64, -1, -13, 0]),
    Case(.max, [1, -5], [0, -4], [1, -4]),
    Case(.bitwiseAnd, [12, -1], [10, 7], [8, 7]),
    Case(.bitwiseOr, [12], [3], [15]),
    Case(.bitwiseXor, [12], [10], [6]),
    Case(.shiftLeft, [3, 1], [2, 9], [12, 0]),
    Case(.shiftRight, [12, -8], [2, 1], [3, -4]),
  ]

  @Test(arguments: floats)
  func floatsFollowTheFormula(_ sample: Case) throws {
    let a = Tensor([sample.a.count], sample.a)
    let b = Tensor([sample.b.count], sample.b)
    let y = try BinaryElementwise(sample.function).evaluate([a, b])[0]
    expectClose(y, Tensor([sample.y.count], sample.y), within: 1e-12)
  }

  @Test(arguments: integers)
  func integersStayInTheirTypeAndWrapAround(_ sample: Case) throws {
    let a = Tensor([sample.a.count], sample.a.map { Int8($0) })
    let b = Tensor([sample.b.count], sample.b.map { Int8($0) })
    let y = try BinaryElementwise(sample.function).evaluate([a, b])[0]
    expectClose(y, Tensor([sample.y.count], sample.y.map { Int8($0) }))
  }

  @Test(arguments: [Function.div, .floorDiv, .mod, .fmod])
  func dividingAnIntegerByZeroIsAnError(_ function: Function) {
    #expect(throws: ShapeError.self) {
      try BinaryElementwise(function).evaluate([
        Tensor([1], [Int32(1)]), Tensor([1], [Int32(0)]),
      ])
    }
  }

  @Test func comparisonsSeeNoDifferenceBeyondTheType() throws {
    let a = Tensor([3], [Int64.max, 5, -1])
    let b = Tensor([3], [Int64.max - 1, 5, 0])
    let answers: [(Function, [Bool])] = [
      (.equal, [false, true, false]), (.notEqual, [true, false, true]),
      (.less, [false, false, true]), (.lessOrEqual, [false, true, true]),
      (.greater, [true, false, false]), (.greaterOrEqual, [true, true, false]),
    ]
    for (function, expected) in answers {
      let y = try BinaryElementwise(function).evaluate([a, b])[0]
      expectClose(y, Tensor([3], expected))
    }
  }

  @Test func logicTakesBool() throws {
    let a = Tensor([4], [false, false, true, true])
    let b = Tensor([4], [false, true, false, true])
    let answers: [(Function, [Bool])] = [
      (.and, [false, false, false, true]), (.or, [false, true, true, true]),
      (.xor, [false, true, true, false]),
    ]
    for (function, expected) in answers {
      let y = try BinaryElementwise(function).evaluate([a, b])[0]
      expectClose(y, Tensor([4], expected))
    }
    expectRefused(BinaryElementwise(.and), floatTypes([1], [1]))
  }

  @Test func shapesAreRepeatedToOne() throws {
    let a = Tensor([2, 1], [Float(1), 2])
    let b = Tensor([3], [Float(10), 20, 30])
    let y = try BinaryElementwise(.add).evaluate([a, b])[0]
    expectClose(y, Tensor([2, 3], [Float(11), 21, 31, 12, 22, 32]))
    try expectShapes(BinaryElementwise(.mul), floatTypes([4, 1, 3], [5, 1]), [[4, 5, 3]])
    expectRefused(BinaryElementwise(.add), floatTypes([2], [3]))
    expectRefused(
      BinaryElementwise(.add),
      [TensorType(.float32, [1]), TensorType(.int32, [1])]
    )
  }

  @Test func textIsComparedForEquality() throws {
    let a = Tensor([2], strings: ["a", "b"])
    let b = Tensor([1], strings: ["b"])
    expectClose(
      try BinaryElementwise(.equal).evaluate([a, b])[0],
      Tensor([2], [false, true])
    )
    expectRefused(
      BinaryElementwise(.less),
      [TensorType(.string, [1]), TensorType(.string, [1])]
    )
  }

  @Test func anExponentMayBeOfAnotherType() throws {
    let a = Tensor([3], [Int32(1), 2, 3])
    let b = Tensor([3], [Float(4), 5, 0.5])
    expectClose(try BinaryElementwise(.pow).evaluate([a, b])[0], Tensor([3], [Int32(1), 32, 1]))
  }

  @Test func narrowFloatsAreRoundedToTheirType() throws {
    let a = Tensor([1], [Float16(1)])
    let b = Tensor([1], [Float16(0.0001)])
    expectClose(try BinaryElementwise(.add).evaluate([a, b])[0], a)
  }
}
