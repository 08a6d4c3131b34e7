import LaminaCore

/// Measures how unlikely the right classes are held to be.
///
///     loss[n, d…] = −x[n, c, d…] · weight[c]      for c = target[n, d…]; 0 for the ignored class
///
/// - Inputs: `x`, logarithms of probabilities, N×C×…; `target`, whole numbers, N×…; `weight`,
///   optional, one for each class.
/// - Outputs: `loss`, N×…, or rank 0 when summed or averaged.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a class that is not there, or shapes
///   that do not fit.
/// - Source: ONNX NegativeLogLikelihoodLoss.
package struct NegativeLogLikelihoodLoss: Operator {
  package static let name = "NegativeLogLikelihoodLoss"

  package var reduction: LossReduction
  package var ignoredClass: Int?

  package init(reduction: LossReduction, ignoredClass: Int? = nil) {
    self.reduction = reduction
    self.ignoredClass = ignoredClass
  }

  private var loss: ClassLoss { ClassLoss(reduction: reduction, ignoredClass: ignoredClass) }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    [try loss.type(inputs[0], inputs[1], inputs.optional(2))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    return [try loss.evaluate(inputs[0], inputs[1], inputs.optional(2))]
  }
}
