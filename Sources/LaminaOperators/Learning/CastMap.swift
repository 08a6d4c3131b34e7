import LaminaCore

/// Lays the values of a map out in the order of its keys.
///
///     dense   y = the values in ascending order of the keys
///     sparse  y[key] = value, 0 or empty when absent
///
/// - Inputs: `x`, a map from whole numbers to tensors of one element.
/// - Outputs: `y`, 1×N, of type `to`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a key not below the length.
/// - Source: ONNX-ML CastMap.
package struct CastMap: ValueOperator {
  package static let name = "CastMap"

  package var to: DataType
  /// The length of a sparse result; `nil` for a dense one.
  package var length: Int?

  package init(to: DataType, length: Int?) {
    self.to = to
    self.length = length
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    [.tensor(TensorType(to, [1, length ?? Shape.unknown]))]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    guard case .map(let pairs) = try inputs.only() else {
      throw ShapeError.other("expected a map, found something else")
    }
    var entries: [(key: Int, value: Tensor)] = []
    for pair in pairs {
      guard case .int(let key) = pair.key else {
        throw ShapeError.wrongElementType(expected: "whole numbers as keys", found: .string)
      }
      let value = try Cast(to: to).evaluate([pair.value.tensor])[0]
      entries.append((key, try value.reshaped(to: [1])))
    }
    entries.sort { $0.key < $1.key }
    let values = try Tensor.joined(entries.map(\.value)) ?? Tensor(zeros: to, [0])
    guard let length else { return [.tensor(try values.reshaped(to: [1, values.count]))] }
    let positions = try entries.map { try $0.key.index(below: length) }
    return [.tensor(try Tensor(zeros: to, [1, length]).replacing(positions, with: values))]
  }
}
