import LaminaCore

/// Lays the values of a map out in the order of a vocabulary.
///
///     y[i] = x[vocabulary[i]], 0 when absent
///
/// - Inputs: `x`, a map from numbers or texts to tensors of one element.
/// - Outputs: `y`, 1×vocabulary.
/// - Errors: ``ShapeError/other(_:)`` for anything but a map, or a map with an unknown key.
/// - Source: ONNX-ML DictVectorizer.
package struct DictVectorizer: ValueOperator {
  package static let name = "DictVectorizer"

  package var vocabulary: ClassLabels

  package init(vocabulary: ClassLabels) { self.vocabulary = vocabulary }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    var dtype = DataType.float32
    if case .map(_, let value) = try inputs.only(), let type = value.tensor { dtype = type.dtype }
    return [.tensor(TensorType(dtype, [1, vocabulary.count]))]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    guard case .map(let pairs) = try inputs.only() else {
      throw ShapeError.other("expected a map, found something else")
    }
    let places = Dictionary(
      zip(vocabulary.keys, 0...),
      uniquingKeysWith: { first, _ in first }
    )
    let parts = try pairs.map { try $0.value.tensor.reshaped(to: [1]) }
    let positions = try pairs.map { pair in
      guard let place = places[pair.key] else {
        throw ShapeError.other("\(pair.key) is not in the vocabulary")
      }
      return place
    }
    let zeros = try Tensor(zeros: parts.first?.dtype ?? .float32, [1, vocabulary.count])
    guard let values = try Tensor.joined(parts) else { return [.tensor(zeros)] }
    return [.tensor(try zeros.replacing(positions, with: values))]
  }
}
