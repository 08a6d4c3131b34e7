import LaminaCore

/// Enlarges axes by scales, the first element staying where it is.
///
///     y[i] = x[i / scale]      rounded down, or interpolated
///
/// - Inputs: `x`, real numbers; `scales`, one for each axis, unless given as attribute.
/// - Outputs: `y`, the type of `x`.
/// - Errors: those of ``Resize``.
/// - Source: ONNX Upsample (opset 9; opset 7 with the attribute).
package struct Upsample: ResamplingOperator {
  package static let name = "Upsample"

  package var mode: Resize.Mode
  package var scales: [Float]?

  package init(mode: Resize.Mode = .nearest, scales: [Float]? = nil) {
    self.mode = mode
    self.scales = scales
  }

  private var resize: Resize {
    Resize(mode: mode, coordinates: .asymmetric, rounding: .floor)
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    try resize.outputTypes(for: resizeInputs(inputs))
  }

  package func samplings(_ inputs: TypeInputs) throws -> [(axis: Int, sampling: AxisSampling)] {
    try resize.samplings(resizeInputs(inputs))
  }

  private func resizeInputs(_ inputs: TypeInputs) throws(ShapeError) -> TypeInputs {
    var factors = inputs.optional(1)
    if let scales {
      let tensor = Tensor([scales.count], scales)
      factors = TensorType(.float32, tensor.shape, contents: tensor)
    }
    return [try inputs[0], nil, factors]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let factors = scales.map { Tensor([$0.count], $0) } ?? inputs.optional(1)
    return try resize.evaluate([inputs[0], nil, factors])
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    resize.cost(inputs: inputs, outputs: outputs)
  }
}
