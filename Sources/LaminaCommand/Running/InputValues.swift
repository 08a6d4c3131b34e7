import LaminaCore

/// Values for inputs that nobody gave.
package enum InputValues {
  /// Returns noise that looks like data: floats from 0 to 1, all bytes, small indices.
  ///
  /// The same on every run and machine.
  ///
  /// - Parameters:
  ///   - type: What the model takes; free lengths become 1.
  ///   - seed: Tells inputs apart.
  /// - Returns: A value of the type.
  /// - Throws: ``ShapeError`` when it would be over the memory limit.
  package static func noise(_ type: ValueType, seed: Int) throws -> Datum {
    switch type {
    case .tensor(let type): return .tensor(try noise(type, seed: seed))
    case .sequence: return .sequence([])
    case .optional: return .optional(nil)
    case .map: return .map([])
    case .unknown: throw ShapeError.other("an input of an unknown type has to be given")
    }
  }

  private static func noise(_ type: TensorType, seed: Int) throws -> Tensor {
    guard type.shape.isRanked else {
      throw ShapeError.other("an input of unknown rank has to be given")
    }
    let shape = Shape(type.shape.dims.map { $0 < 0 ? 1 : $0 })
    guard let element = type.dtype.realElement else { return try Tensor(zeros: type.dtype, shape) }
    var state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 31)
    }
    let range = valueRange(type.dtype)
    func fill<Element: RealElement>(_ type: Element.Type) throws -> Tensor {
      try Tensor.build(shape, of: type) { target in
        for index in target.indices {
          target[index] = Element(
            clamping: range.lowerBound + next() * (range.upperBound - range.lowerBound)
          )
        }
      }
    }
    return try fill(element).with(quantization: type.quantization)
  }

  private static func valueRange(_ dtype: DataType) -> ClosedRange<Double> {
    switch dtype {
    case .uint8: 0...255
    case .int8: -128...127
    case .bool: 0...1
    default: dtype.isFloatingPoint ? 0...1 : 0...1.999
    }
  }
}
