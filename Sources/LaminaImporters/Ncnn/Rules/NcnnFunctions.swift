import Glibc
import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Functions of one number with parameters of their own.
  static let functions: [NcnnRule] = [
    NcnnRule("UnaryOp", unary),
    NcnnRule("Power", power),
    NcnnRule("Exp", exponential),
    NcnnRule("Log", logarithm),
    NcnnRule("CumulativeSum") { layer, builder in
      let axis = builder.constant(layer, "axis", Tensor(scalar: Int64(layer.engineAxis(0))))
      try builder.emit(layer, Cumulative(.sum), [builder.input(layer), axis])
    },
  ]

  /// What parameter 0 of UnaryOp stands for; the last two are not one function of the engine.
  private static let unaryFunctions: [UnaryElementwise.Function?] = [
    .abs, .neg, .floor, .ceil, .square, .sqrt, .rsqrt, .exp, .log, .sin, .cos, .tan, .asin, .acos,
    .atan, .reciprocal, .tanh, nil, .round, nil,
  ]

  @Sendable private static func unary(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let number = layer.int(0)
    guard unaryFunctions.indices.contains(number) else {
      throw NcnnUnsupported(reason: "operation \(number)")
    }
    let x = try builder.input(layer)
    if let function = unaryFunctions[number] {
      return try builder.emit(layer, UnaryElementwise(function), [x])
    }
    if number == 17 {
      let log = try builder.step(layer, "log", UnaryElementwise(.log), [x])
      let op = UnaryElementwise(.affine(alpha: 1 / Glibc.log(10.0), beta: 0))
      return try builder.emit(layer, op, [log])
    }
    // Toward zero: the sign of x times the whole part of |x|.
    let sign = try builder.step(layer, "sign", UnaryElementwise(.sign), [x])
    let size = try builder.step(layer, "size", UnaryElementwise(.abs), [x])
    let whole = try builder.step(layer, "whole", UnaryElementwise(.floor), [size])
    try builder.emit(layer, BinaryElementwise(.mul), [sign, whole])
  }

  /// Returns x · scale + shift, parameters 1 and 2.
  private static func affine(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws -> ValueID {
    let (scale, shift) = (layer.float(1, default: 1), layer.float(2))
    let x = try builder.input(layer)
    if scale == 1, shift == 0 { return x }
    let op = UnaryElementwise(.affine(alpha: Double(scale), beta: Double(shift)))
    return try builder.step(layer, "affine", op, [x])
  }

  /// Raises to a power: (x · scale + shift)^power.
  @Sendable private static func power(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let power = layer.float(0, default: 1)
    if power == 1 {
      let (scale, shift) = (Double(layer.float(1, default: 1)), Double(layer.float(2)))
      let op = UnaryElementwise(.affine(alpha: scale, beta: shift))
      return try builder.emit(layer, op, [builder.input(layer)])
    }
    let x = try affine(layer, &builder)
    let exponent = builder.constant(layer, "power", Tensor(scalar: power))
    try builder.emit(layer, BinaryElementwise(.pow), [x, exponent])
  }

  /// Computes base^(x · scale + shift), with e where the base is −1.
  @Sendable private static func exponential(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    var x = try affine(layer, &builder)
    let base = Double(layer.float(0, default: -1))
    if base != -1 {
      let op = UnaryElementwise(.affine(alpha: Glibc.log(base), beta: 0))
      x = try builder.step(layer, "exponent", op, [x])
    }
    try builder.emit(layer, UnaryElementwise(.exp), [x])
  }

  /// Computes log(x · scale + shift) to a base, e where it is −1.
  @Sendable private static func logarithm(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let x = try affine(layer, &builder)
    let base = Double(layer.float(0, default: -1))
    if base == -1 { return try builder.emit(layer, UnaryElementwise(.log), [x]) }
    let log = try builder.step(layer, "log", UnaryElementwise(.log), [x])
    let op = UnaryElementwise(.affine(alpha: 1 / Glibc.log(base), beta: 0))
    try builder.emit(layer, op, [log])
  }
}
