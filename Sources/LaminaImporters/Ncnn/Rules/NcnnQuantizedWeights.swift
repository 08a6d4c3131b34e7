import LaminaCore
import LaminaOperators

/// The scales of a layer that computes with int8; ncnn's are steps per unit, not units per step.
struct NcnnScales {
  /// One for each output.
  let weights: [Float]
  let input: Float
  /// The output's, where the next layer takes int8.
  let output: Float?

  /// Returns how int8 codes stand for numbers.
  static func quantization(_ scale: Float) -> Quantization {
    Quantization(scale: unit(scale), zeroPoint: 0)
  }

  /// Returns how the weights' codes stand for numbers, by output.
  var weightQuantization: Quantization {
    Quantization(
      scales: weights.map(Self.unit),
      zeroPoints: weights.map { _ in 0 },
      axis: weights.count == 1 ? nil : 0
    )
  }

  static func unit(_ scale: Float) -> Float { scale > 0 && scale.isFinite ? 1 / scale : 0 }
}

extension NcnnGraphBuilder {
  /// Takes the scales that follow the weights of an int8 layer; `nil` for a float one.
  ///
  /// - Parameters:
  ///   - layer: The layer; its parameter 8 says which scales there are.
  ///   - outputs: The number of outputs.
  ///   - groups: The number of scales in the file; `nil` for one per output.
  /// - Returns: The scales, one for each output.
  /// - Throws: ``ImportError`` when the file ends before.
  mutating func scales(
    _ layer: NcnnLayer,
    outputs: Int,
    groups: Int? = nil
  ) throws -> NcnnScales? {
    let term = layer.int(8)
    guard term != 0 else { return nil }
    let count = groups == nil ? outputs : term % 100 == 2 ? 1 : groups ?? 1
    var weights = try plain(layer, "weight scales", [count]).floats()
    if count < outputs, count > 0, outputs % count == 0 {
      let share = outputs / count
      weights = (0..<outputs).map { weights[$0 / share] }
    }
    let input = try plain(layer, "input scale", [1]).floats()[0]
    let output = term > 100 ? try plain(layer, "output scale", [1]).floats()[0] : nil
    return NcnnScales(weights: weights, input: input, output: output)
  }

  /// Turns a layer's input into int8 codes, from −127 to 127, unless it holds codes already.
  mutating func quantized(
    _ layer: NcnnLayer,
    _ x: ValueID,
    scale: Float
  ) throws(ImportError) -> ValueID {
    if isQuantized(x) { return x }
    let quantization = NcnnScales.quantization(scale)
    let limit = 127 * quantization.scales[0]
    return try step(
      layer,
      "codes",
      Requantize(),
      [x],
      type: .tensor(TensorType(.int8, .unranked, quantization: quantization)),
      activation: .clip(low: -limit, high: limit)
    )
  }

  /// Returns weights as codes, whichever way the file stores them.
  func codes(_ weights: Tensor, _ scales: NcnnScales) throws -> Tensor {
    weights.dtype == .int8
      ? weights.with(quantization: scales.weightQuantization)
      : try weights.quantized(to: .int8, scales.weightQuantization)
  }

  /// Returns a bias in whole steps of the sums.
  func wholeBias(_ bias: Tensor, _ scales: NcnnScales, input: Quantization) throws -> Tensor {
    let steps = scales.weightQuantization.scales.map { $0 * input.scales[0] }
    return try bias.quantized(
      to: .int32,
      Quantization(
        scales: steps,
        zeroPoints: steps.map { _ in 0 },
        axis: steps.count == 1 ? nil : 0
      )
    )
  }
}
