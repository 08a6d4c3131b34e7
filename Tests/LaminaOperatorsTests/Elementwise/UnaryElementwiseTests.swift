import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct UnaryElementwiseTests {
  struct Case: Sendable {
    var function: UnaryElementwise.Function
    var x: [Float]
    var y: [Float]

    init(_ function: UnaryElementwise.Function, _ x: [Float], _ y: [Float]) {
      self.function = function
      self.x = x
      self.y = y
    }
  }

  static let arithmetic: [Case] = [
    Case(.abs, [-2, 3], [2, 3]),
    Case(.neg, [-2, 3], [2, -3]),
    Case(.reciprocal, [4, -0.5], [0.25, -2]),
    Case(.sign, [-7, 0, 7], [-1, 0, 1]),
    Case(.square, [-3, 4], [9, 16]),
    Case(.sqrt, [9, -1], [3, .nan]),
    Case(.rsqrt, [4, 0], [0.5, .infinity]),
    Case(.cbrt, [-8, 27], [-2, 3]),
    Case(.affine(alpha: 2, beta: 1), [3], [7]),
    Case(.floor, [-1.5, 1.5], [-2, 1]),
    Case(.ceil, [-1.5, 1.5], [-1, 2]),
    Case(.round, [0.5, 1.5, 2.5, -2.5], [0, 2, 2, -2]),
  ]

  static let transcendental: [Case] = [
    Case(.exp, [0, 1], [1, 2.7182817]),
    Case(.expm1, [0, 1e-7], [0, 1e-7]),
    Case(.log, [1, 0, -1], [0, -.infinity, .nan]),
    Case(.log1p, [0, 1e-7], [0, 1e-7]),
    Case(.sin, [0, 1.5707964], [0, 1]),
    Case(.cos, [0, 3.1415927], [1, -1]),
    Case(.tan, [0.7853982], [1]),
    Case(.asin, [1], [1.5707964]),
    Case(.acos, [1, 2], [0, .nan]),
    Case(.atan, [1], [0.7853982]),
    Case(.sinh, [1], [1.1752012]),
    Case(.cosh, [1], [1.5430806]),
    Case(.tanh, [1, 100], [0.7615942, 1]),
    Case(.asinh, [1.1752012], [1]),
    Case(.acosh, [1.5430806], [1]),
    Case(.atanh, [0.7615942], [1]),
    Case(.erf, [0, 1], [0, 0.8427008]),
  ]

  static let activations: [Case] = [
    Case(.sigmoid, [0, 1000, -1000], [0.5, 1, 0]),
    Case(.logSigmoid, [0, -1000], [-0.6931472, -1000]),
    Case(.softplus, [0, 1000, -1000], [0.6931472, 1000, 0]),
    Case(.softsign, [-3, 1], [-0.75, 0.5]),
    Case(.relu, [-1, 2, .nan], [0, 2, .nan]),
    Case(.relu6, [-1, 5, 7], [0, 5, 6]),
    Case(.reluMinus1To1, [-3, 0.5, 3], [-1, 0.5, 1]),
    Case(.relu0To1, [-3, 0.5, 3], [0, 0.5, 1]),
    Case(.elu(alpha: 2), [-1, 1], [-1.2642411, 1]),
    Case(.celu(alpha: 2), [-2, 1], [-1.2642411, 1]),
    Case(.selu(alpha: 2, gamma: 3), [-1, 1], [-3.7927234, 3]),
    Case(.leakyRelu(slope: 0.1), [-2, 2], [-0.2, 2]),
    Case(.hardSigmoid(alpha: 0.2, beta: 0.5), [-3, 0, 1, 3], [0, 0.5, 0.7, 1]),
    Case(.hardSwish, [-4, 0, 3, 1], [0, 0, 3, 0.6666667]),
    Case(.mish, [0, 1], [0, 0.8650984]),
    Case(.gelu, [0, 1, -1], [0, 0.8413447, -0.1586553]),
    Case(.geluTanh, [0, 1], [0, 0.841192]),
    Case(.swish(alpha: 2), [1], [0.8807971]),
    Case(.thresholdedRelu(alpha: 1), [0.5, 1, 1.5], [0, 0, 1.5]),
    Case(.shrink(bias: 1, lambda: 1.5), [-2, 1, 2], [-1, 0, 1]),
  ]

  @Test(arguments: arithmetic + transcendental + activations)
  func givesTheValueOfItsFormula(_ sample: Case) throws {
    let x = Tensor([sample.x.count], sample.x)
    let y = try UnaryElementwise(sample.function).evaluate([x])[0]
    expectClose(y, Tensor([sample.y.count], sample.y), within: 2e-6)
  }

  @Test func integersStayIntegersAndWrapAround() throws {
    let x = Tensor([3], [Int8.min, -3, 3])
    expectClose(try UnaryElementwise(.neg).evaluate([x])[0], Tensor([3], [Int8.min, 3, -3]))
    expectClose(try UnaryElementwise(.abs).evaluate([x])[0], Tensor([3], [Int8.min, 3, 3]))
    expectClose(try UnaryElementwise(.bitwiseNot).evaluate([x])[0], Tensor([3], [Int8.max, 2, -4]))
    expectRefused(UnaryElementwise(.exp), [TensorType(.int32, [2])])
  }

  @Test func claimsAreBool() throws {
    let x = Tensor([4], [Float.nan, .infinity, -.infinity, 1])
    expectClose(
      try UnaryElementwise(.isNaN).evaluate([x])[0],
      Tensor([4], [true, false, false, false])
    )
    expectClose(
      try UnaryElementwise(.isInf(positive: false, negative: true)).evaluate([x])[0],
      Tensor([4], [false, false, true, false])
    )
    expectClose(
      try UnaryElementwise(.isFinite).evaluate([x])[0],
      Tensor([4], [false, false, false, true])
    )
    expectClose(
      try UnaryElementwise(.not).evaluate([Tensor([2], [true, false])])[0],
      Tensor([2], [false, true])
    )
    expectRefused(UnaryElementwise(.not), floatTypes([2]))
  }

  @Test func narrowFloatsAreRoundedOnce() throws {
    let x = Tensor([1], [Float16(0.1)])
    let y = try UnaryElementwise(.exp).evaluate([x])[0]
    #expect(y.dtype == .float16)
    expectClose(y, Tensor([1], [Float16(1.105)]), within: 1e-3)
  }

  @Test func emptyAndRankZeroTensorsWork() throws {
    expectClose(
      try UnaryElementwise(.relu).evaluate([Tensor(scalar: Float(-1))])[0],
      Tensor(scalar: Float(0))
    )
    let empty = Tensor([0, 2], [Float]())
    expectClose(try UnaryElementwise(.relu).evaluate([empty])[0], empty)
  }
}
