import CLaminaKernels
import Foundation
import LaminaSIMD
import Testing

@Suite struct UnaryKernelTests {
  /// A function, its exact value, and the error that its declaration allows.
  struct Case: Sendable {
    var function: lamina_unary
    var alpha: Float = 0
    var beta: Float = 0
    var ulps: Double
    var absolute: Double = 0
    var exact: @Sendable (Double) -> Double
  }

  static let cases: [Case] = [
    Case(function: lamina_unary_identity, ulps: 0) { $0 },
    Case(function: lamina_unary_clip, alpha: -1, beta: 6, ulps: 0) { min(max($0, -1), 6) },
    Case(function: lamina_unary_leaky_relu, alpha: 0.25, ulps: 0) { $0 < 0 ? 0.25 * $0 : $0 },
    Case(function: lamina_unary_hard_sigmoid, alpha: 0.25, beta: 0.5, ulps: 2) {
      min(max(0.25 * $0 + 0.5, 0), 1)
    },
    Case(function: lamina_unary_hard_swish, alpha: 0.25, beta: 0.5, ulps: 2) {
      $0 * min(max(0.25 * $0 + 0.5, 0), 1)
    },
    Case(function: lamina_unary_sigmoid, ulps: 4) { 1 / (1 + exp(-$0)) },
    Case(function: lamina_unary_silu, alpha: 1, ulps: 4) { $0 / (1 + exp(-$0)) },
    Case(function: lamina_unary_tanh, ulps: 4) { tanh($0) },
    Case(function: lamina_unary_exp, ulps: 2) { exp($0) },
    Case(function: lamina_unary_erf, ulps: 4) { erf($0) },
    Case(function: lamina_unary_gelu, ulps: 4, absolute: 1e-6) {
      0.5 * $0 * (1 + erf($0 / 2.0.squareRoot()))
    },
    Case(function: lamina_unary_gelu_tanh, ulps: 4, absolute: 1e-6) {
      0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
    },
    Case(function: lamina_unary_elu, alpha: 0.5, beta: 1, ulps: 4) {
      $0 < 0 ? 0.5 * expm1($0) : $0
    },
    Case(function: lamina_unary_sqrt, ulps: 1) { $0.squareRoot() },
    Case(function: lamina_unary_reciprocal_sqrt, ulps: 2) { 1 / $0.squareRoot() },
    Case(function: lamina_unary_abs, ulps: 0) { abs($0) },
    Case(function: lamina_unary_negate, ulps: 0) { -$0 },
    Case(function: lamina_unary_square, ulps: 1) { $0 * $0 },
    Case(function: lamina_unary_reciprocal, ulps: 1) { 1 / $0 },
    Case(function: lamina_unary_floor, ulps: 0) { floor($0) },
    Case(function: lamina_unary_ceil, ulps: 0) { ceil($0) },
    Case(function: lamina_unary_round, ulps: 0) { $0.rounded(.toNearestOrEven) },
    Case(function: lamina_unary_log, ulps: 4) { log($0) },
    Case(function: lamina_unary_sin, ulps: 4, absolute: 2e-7) { sin($0) },
    Case(function: lamina_unary_cos, ulps: 4, absolute: 2e-7) { cos($0) },
    Case(function: lamina_unary_mish, ulps: 6) { $0 * tanh(log1p(exp($0))) },
    Case(function: lamina_unary_softplus, alpha: 1, ulps: 6) { max($0, 0) + log1p(exp(-abs($0))) },
    Case(function: lamina_unary_softplus, alpha: -1, ulps: 6) {
      min($0, 0) - log1p(exp(-abs($0)))
    },
    Case(function: lamina_unary_linear, alpha: 2, beta: 0.5, ulps: 1) { 2 * $0 + 0.5 },
  ]

  @Test(arguments: InstructionSet.available, cases.indices)
  func functionsStayWithinTheirBounds(set: InstructionSet, index: Int) {
    let test = Self.cases[index]
    var source = NumberSource(seed: 3)
    var x = source.floats(4000, in: -10...10) + source.floats(1000, in: -0.7...0.7)
    x += [0, 1e-6, -1e-6, 1e-3, 0.5, -0.5, 2.5, 3.5, 40, -40, 85, -85]
    var y = [Float](repeating: 0, count: x.count)
    set.kernels.f32_unary(test.function, x, &y, x.count, test.alpha, test.beta)
    for (input, output) in zip(x, y) {
      let exact = test.exact(Double(input))
      if exact.isNaN || exact.isInfinite { continue }
      let bound = test.ulps * Double(max(Float(abs(exact)).ulp, Float.leastNormalMagnitude))
      let absolute = abs(input) <= 10 ? test.absolute : test.absolute * Double(abs(input))
      #expect(
        abs(Double(output) - exact) <= max(bound, absolute),
        "\(test.function) of \(input) is \(output), not \(exact)"
      )
    }
  }

  @Test(arguments: InstructionSet.available)
  func specialValuesAreThoseOfTheFunctions(set: InstructionSet) {
    let x: [Float] = [.nan, .infinity, -.infinity]
    var y: [Float] = [0, 0, 0]
    let expected: [(lamina_unary, [Float])] = [
      (lamina_unary_exp, [.nan, .infinity, 0]), (lamina_unary_tanh, [.nan, 1, -1]),
      (lamina_unary_sigmoid, [.nan, 1, 0]), (lamina_unary_erf, [.nan, 1, -1]),
    ]
    for (function, values) in expected {
      set.kernels.f32_unary(function, x, &y, 3, 0, 0)
      #expect(y[0].isNaN && y[1] == values[1] && y[2] == values[2], "\(function): \(y)")
    }
    set.kernels.f32_unary(lamina_unary_clip, x, &y, 3, 0, 6)
    #expect(y[0].isNaN && y[1] == 6 && y[2] == 0)
    set.kernels.f32_unary(lamina_unary_softplus, x, &y, 3, 1, 0)
    #expect(y[0].isNaN && y[1] == .infinity && y[2] >= 0 && y[2] < .leastNormalMagnitude)
  }

  @Test(arguments: InstructionSet.available)
  func wavesStayWithinTheirBoundsHoweverLargeTheAngle(set: InstructionSet) {
    var source = NumberSource(seed: 4)
    var x = source.floats(4000, in: -8192...8192) + source.floats(33, in: -1e30...1e30)
    // Multiples of π/2 as near as float32 has them, and both sides of the limit.
    x += (0..<2000).map { Float(Double($0) * .pi / 2) }
    x += [8191.999, 8192, -8192, 1e5, -3.4e38, 1e-30, -.leastNonzeroMagnitude]
    var y = [Float](repeating: 0, count: x.count)
    let waves: [(lamina_unary, @Sendable (Double) -> Double)] = [
      (lamina_unary_sin, { sin($0) }), (lamina_unary_cos, { cos($0) }),
    ]
    for (function, exact) in waves {
      set.kernels.f32_unary(function, x, &y, x.count, 0, 0)
      for (input, output) in zip(x, y) {
        #expect(abs(Double(output) - exact(Double(input))) <= 2e-7, "\(function) of \(input)")
      }
    }
    let special: [Float] = [.nan, .infinity, -.infinity, 1, -0.0, 2]
    y = [Float](repeating: 0, count: special.count)
    set.kernels.f32_unary(lamina_unary_sin, special, &y, special.count, 0, 0)
    #expect(y[0].isNaN && y[1].isNaN && y[2].isNaN && abs(y[3] - 0.841471) < 1e-6)
    #expect(y[4] == 0 && y[4].sign == .minus)
    set.kernels.f32_unary(lamina_unary_cos, special, &y, special.count, 0, 0)
    #expect(y[0].isNaN && y[1].isNaN && y[2].isNaN && y[4] == 1)
  }

  @Test(arguments: InstructionSet.available, [0, 1, 7, 8, 9, 15, 16, 17, 33])
  func nothingIsWrittenBehindTheEnd(set: InstructionSet, count: Int) {
    let x = [Float](repeating: 3, count: count + 1)
    var y = [Float](repeating: -1, count: count + 1)
    set.kernels.f32_unary(lamina_unary_square, x, &y, count, 0, 0)
    #expect(y == [Float](repeating: 9, count: count) + [-1])
  }
}
