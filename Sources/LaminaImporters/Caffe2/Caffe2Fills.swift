import LaminaCore
import LaminaWire

/// Makes the constants that operators fill.
enum Caffe2Fills {
  /// How many elements a constant of one repeated number may have.
  private static let repeatedLimit = 1 << 26

  /// Element types by their numbers in caffe2.proto.
  private static let dtypes: [Int: DataType] = [
    1: .float32, 2: .int32, 3: .uint8, 5: .bool, 6: .uint8, 7: .int8, 8: .uint16, 9: .int16,
    10: .int64, 12: .float16, 13: .float64,
  ]

  /// Returns the constant that an operator without inputs makes; `nil` when it is no constant, such
  /// as random numbers to begin training with.
  ///
  /// - Throws: ``ImportError`` when lengths and elements do not fit.
  static func tensor(_ node: Caffe2Node) throws(ImportError) -> Tensor? {
    guard let lower = rules[node.operation.type], node.inputCount == 0 else { return nil }
    do {
      return try lower(node)
    } catch let error as ImportError {
      throw error
    } catch {
      throw .invalid(place: node.place, expected: "a constant", found: "\(error)")
    }
  }

  /// Operators that make constants, by their types.
  private static let rules: [String: @Sendable (Caffe2Node) throws -> Tensor] = [
    "GivenTensorFill": { try floats($0) },
    "GivenTensorDoubleFill": { try floats($0).cast(to: .float64) },
    "GivenTensorIntFill": { try ints($0, .int32) },
    "GivenTensorInt16Fill": { try ints($0, .int16) },
    "GivenTensorInt64Fill": { try ints($0, .int64) },
    "GivenTensorBoolFill": { try ints($0, .bool) },
    "GivenTensorByteStringToUInt8Fill": { try bytes($0) },
    "GivenTensorStringFill": { try texts($0) },
    "ConstantFill": { try repeated($0) },
  ]

  private static func values(_ node: Caffe2Node) -> Caffe2Argument {
    node.operation.arguments["values"] ?? Caffe2Argument()
  }

  /// The lengths; without them there is one axis as long as the list.
  private static func shape(_ node: Caffe2Node, count: Int) throws -> Shape {
    let lengths = try node.ints("shape") ?? [count]
    let shape = Shape(lengths)
    guard lengths.allSatisfy({ $0 >= 0 }), shape.elementCount == count else {
      throw node.invalid("\(shape) elements", "\(count)")
    }
    return shape
  }

  private static func floats(_ node: Caffe2Node) throws -> Tensor {
    let values = Self.values(node).floats
    return Tensor(try shape(node, count: values.count), values)
  }

  private static func ints(_ node: Caffe2Node, _ dtype: DataType) throws -> Tensor {
    let values = Self.values(node).ints
    return try Tensor(
      dtype,
      try shape(node, count: values.count),
      rounding: values.map(Double.init)
    )
  }

  private static func bytes(_ node: Caffe2Node) throws -> Tensor {
    let values = Self.values(node).text ?? Self.values(node).texts.first ?? []
    return Tensor(try shape(node, count: values.count), values)
  }

  private static func texts(_ node: Caffe2Node) throws -> Tensor {
    let values = Self.values(node).texts
    return Tensor(
      try shape(node, count: values.count),
      strings: values.map { SafeText.clean(String(decoding: $0, as: UTF8.self)) }
    )
  }

  private static func repeated(_ node: Caffe2Node) throws -> Tensor {
    let lengths = try node.ints("shape") ?? [1]
    guard lengths.allSatisfy({ $0 >= 0 }), let count = Shape(lengths).elementCount,
      count <= repeatedLimit
    else { throw node.invalid("a shape of at most \(repeatedLimit) elements", "\(lengths)") }
    try node.builder.graph.reserve(count, for: node.place)
    let number = try node.int("dtype", default: 1)
    guard let dtype = dtypes[number] else { throw node.invalid("a known dtype", "\(number)") }
    let value = Double(try node.float("value", default: 0))
    return try Tensor(
      dtype,
      Shape(lengths),
      rounding: [Double](repeating: value, count: count)
    )
  }

  /// The element type that a number names.
  static func dtype(_ number: Int) -> DataType? { dtypes[number] }
}
