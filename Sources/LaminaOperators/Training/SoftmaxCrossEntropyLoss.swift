import Glibc
import LaminaCore

/// Measures how unlikely scores make the right classes.
///
///     p = log softmax x along the second axis
///     loss[n, d…] = −p[n, c, d…] · weight[c]      for c = target[n, d…]; 0 for the ignored class
///
/// - Inputs: `x`, scores, N×C×…; `target`, whole numbers, N×…; `weight`, optional, one for each
///   class.
/// - Outputs: `loss`, N×…, or rank 0 when summed or averaged; `p`, the type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a class that is not there, or shapes
///   that do not fit.
/// - Source: ONNX SoftmaxCrossEntropyLoss.
package struct SoftmaxCrossEntropyLoss: Operator {
  package static let name = "SoftmaxCrossEntropyLoss"

  package var reduction: LossReduction
  package var ignoredClass: Int?

  package init(reduction: LossReduction, ignoredClass: Int? = nil) {
    self.reduction = reduction
    self.ignoredClass = ignoredClass
  }

  private var loss: ClassLoss { ClassLoss(reduction: reduction, ignoredClass: ignoredClass) }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    return [try loss.type(x, inputs[1], inputs.optional(2)), x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let logarithms = try logSoftmax(inputs[0])
    let loss = try loss.evaluate(logarithms, inputs[1], inputs.optional(2))
    let x = try inputs[0]
    return [try loss.cast(to: x.dtype), try logarithms.cast(to: x.dtype)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(Array(outputs.suffix(1)), operationsPerElement: 5)
  }

  /// The logarithms of the softmax along the second axis, in double.
  private func logSoftmax(_ x: Tensor) throws -> Tensor {
    var values = try x.doubles()
    let (count, inner) = (x.shape[1], x.shape.product(2..<x.shape.rank))
    for sample in 0..<(count == 0 ? 0 : values.count / count) {
      let start = sample / inner * count * inner + sample % inner
      let line = (0..<count).map { start + $0 * inner }
      let peak = line.reduce(-Double.infinity) { max($0, values[$1]) }
      let total = log(line.reduce(0) { $0 + exp(values[$1] - peak) }) + peak
      for place in line { values[place] -= total }
    }
    return Tensor(x.shape, values)
  }
}
