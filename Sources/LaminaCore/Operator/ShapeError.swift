/// What can be wrong with the types, shapes and contents that an operator is given.
package enum ShapeError: Error, Equatable, Sendable {
  case axisOutOfRange(Int, rank: Int)
  case wrongInputCount(expected: String, found: Int)
  case missingInput(Int)
  case wrongRank(expected: String, found: Shape)
  case wrongElementType(expected: String, found: DataType)
  case wrongByteCount(expected: Int, found: Int)
  case elementCountMismatch(from: Shape, to: Shape)
  case axisLengthMismatch(axis: Int, expected: Int, found: Int)
  case notBroadcastable(Shape, Shape)
  case windowTooLarge(window: Int, length: Int)
  case indexOutOfRange(Int, length: Int)
  case invalidAttribute(String, found: String, expected: String)
  case tooLarge(Shape)
  case outOfMemory(bytes: Int, limit: Int)
  /// The type can only be known from data that is not known before the run.
  case dependsOnData
  /// The operator is known by name only.
  case unsupported(String)
  /// Anything rarer, said in a sentence.
  case other(String)
}

extension ShapeError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .axisOutOfRange(let axis, let rank): "axis \(axis) does not exist in rank \(rank)"
    case .wrongInputCount(let expected, let found): "expected \(expected) inputs, found \(found)"
    case .missingInput(let index): "input \(index) is missing"
    case .wrongRank(let expected, let found): "expected \(expected), found shape \(found)"
    case .wrongElementType(let expected, let found): "expected \(expected), found \(found.name)"
    case .wrongByteCount(let expected, let found): "expected \(expected) bytes, found \(found)"
    case .elementCountMismatch(let from, let to): "\(from) elements do not fill shape \(to)"
    case .axisLengthMismatch(let axis, let expected, let found):
      "expected length \(expected) along axis \(axis), found \(found)"
    case .notBroadcastable(let a, let b): "shapes \(a) and \(b) do not broadcast"
    case .windowTooLarge(let window, let length):
      "a window of \(window) does not fit into \(length) padded positions"
    case .indexOutOfRange(let index, let length): "index \(index) is not below \(length)"
    case .invalidAttribute(let name, let found, let expected):
      "attribute \(name) is \(found), expected \(expected)"
    case .tooLarge(let shape): "a tensor of shape \(shape) is too large to address"
    case .outOfMemory(let bytes, let limit):
      "a tensor of \(bytes) bytes is over the memory limit of \(limit)"
    case .dependsOnData: "the shape depends on data that is not known before the run"
    case .unsupported(let name): "operator \(name) is not supported"
    case .other(let message): message
    }
  }
}
