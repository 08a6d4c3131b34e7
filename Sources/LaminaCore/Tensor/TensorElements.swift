extension Tensor {
  /// Calls `body` with the elements.
  ///
  /// - Throws: ``ShapeError/wrongElementType(expected:found:)`` when they are of another type.
  package func withElements<Element: TensorElement, Result>(
    of type: Element.Type,
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) throws -> Result {
    guard Element.dtype == dtype else {
      throw ShapeError.wrongElementType(expected: Element.dtype.name, found: dtype)
    }
    return try withBytes { bytes in try body(bytes.bindMemory(to: Element.self)) }
  }

  /// Calls `body` with elements that may be written; shared elements are copied first.
  package mutating func withMutableElements<Element: TensorElement, Result>(
    of type: Element.Type,
    _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
  ) throws -> Result {
    guard Element.dtype == dtype else {
      throw ShapeError.wrongElementType(expected: Element.dtype.name, found: dtype)
    }
    return try withMutableBytes { bytes in try body(bytes.bindMemory(to: Element.self)) }
  }

  /// The elements as an array.
  ///
  /// - Throws: ``ShapeError/wrongElementType(expected:found:)`` when they are of another type.
  package func elements<Element: TensorElement>(
    of type: Element.Type = Element.self
  ) throws -> [Element] {
    try withElements(of: type) { Array($0) }
  }

  /// Makes a tensor whose elements `fill` writes, one for each position in row-major order.
  package static func build<Element: TensorElement>(
    _ shape: Shape,
    of type: Element.Type = Element.self,
    fill: (UnsafeMutableBufferPointer<Element>) throws -> Void
  ) throws -> Tensor {
    var tensor = try Tensor(zeros: Element.dtype, shape)
    try tensor.withMutableElements(of: type, fill)
    return tensor
  }

  fileprivate func requireReal() throws(ShapeError) -> any RealElement.Type {
    guard let element = dtype.realElement else {
      throw .wrongElementType(expected: "a real number", found: dtype)
    }
    return element
  }

  /// The elements, each converted from a double.
  ///
  /// The types of most weights have code of their own: through witness tables, a megabyte of them
  /// takes a tenth of a second.
  @_specialize(where Element == Float, Number == Double)
  @_specialize(where Element == Int8, Number == Double)
  @_specialize(where Element == UInt8, Number == Double)
  @_specialize(where Element == Int32, Number == Double)
  @_specialize(where Element == Int64, Number == Double)
  @_specialize(where Element == Int8, Number == Float)
  @_specialize(where Element == Int32, Number == Float)
  private func numbers<Element: RealElement, Number>(
    of type: Element.Type,
    _ convert: (Double) -> Number
  ) throws -> [Number] {
    try withElements(of: type) { elements in elements.map { convert($0.asDouble) } }
  }

  /// The elements as doubles, whatever real type they have; quantization is not applied.
  package func doubles() throws -> [Double] {
    try numbers(of: requireReal()) { $0 }
  }

  /// The elements as floats, whatever real type they have; quantization is not applied.
  package func floats() throws -> [Float] {
    if dtype == .float32 { return try elements(of: Float.self) }
    if dtype == .float16 || dtype == .bfloat16 {
      return try cast(to: .float32).elements(of: Float.self)
    }
    return try numbers(of: requireReal()) { Float($0) }
  }

  /// The elements as whole numbers; floats are cut toward zero.
  package func ints() throws -> [Int] {
    switch dtype {
    case .int64: return try withElements(of: Int64.self) { $0.map { Int($0) } }
    case .int32: return try withElements(of: Int32.self) { $0.map { Int($0) } }
    case .int8: return try withElements(of: Int8.self) { $0.map { Int($0) } }
    case .uint8: return try withElements(of: UInt8.self) { $0.map { Int($0) } }
    default: break
    }
    return try numbers(of: requireReal()) { Int(Int64(clamping: $0)) }
  }

  /// The only element of a tensor with one position, as a double.
  package func scalar() throws -> Double {
    guard count == 1, let value = try doubles().first else {
      throw ShapeError.elementCountMismatch(from: shape, to: [])
    }
    return value
  }

  /// Makes a tensor of a real type from doubles, rounding each to that type.
  package init(_ dtype: DataType, _ shape: Shape, rounding values: [Double]) throws {
    guard let element = dtype.realElement else {
      throw ShapeError.wrongElementType(expected: "a real number", found: dtype)
    }
    guard shape.elementCount == values.count else {
      throw ShapeError.elementCountMismatch(from: [values.count], to: shape)
    }
    func convert<Element: RealElement>(_ type: Element.Type) -> Tensor {
      Tensor(shape, values.map { Element(clamping: $0) })
    }
    self = convert(element)
  }

  /// Returns the elements converted to another real type (floats to integers toward zero).
  package func cast(to target: DataType) throws -> Tensor {
    if target == dtype { return with(quantization: nil) }
    if dtype == .float32, target == .bfloat16 { return try rounded { BFloat16($0) } }
    if dtype == .float32, target == .float16 { return try rounded { Float16($0) } }
    if dtype == .bfloat16, target == .float32 { return try widened(from: BFloat16.self, \.float) }
    if dtype == .float16, target == .float32 {
      return try widened(from: Float16.self, \.widened)
    }
    guard let from = dtype.realElement, let to = target.realElement else {
      throw ShapeError.wrongElementType(expected: "a real number", found: dtype)
    }
    func convert<From: RealElement, To: RealElement>(
      _: From.Type,
      _: To.Type
    ) throws -> Tensor {
      try withElements(of: From.self) { source in
        try Tensor.build(shape, of: To.self) { target in
          for index in source.indices { target[index] = To(clamping: source[index].asDouble) }
        }
      }
    }
    return try convert(from, to)
  }

  /// Returns float32 as floats of 16 bits, as vector code: weights by the megabyte.
  @inline(__always)
  private func rounded<Element: TensorElement>(_ round: (Float) -> Element) throws -> Tensor {
    try mapped(from: Float.self, round)
  }

  /// Returns floats of 16 bits as float32, as vector code.
  @inline(__always)
  private func widened<Element: TensorElement>(
    from type: Element.Type,
    _ widen: (Element) -> Float
  ) throws -> Tensor {
    try mapped(from: type, widen)
  }

  @inline(__always)
  private func mapped<From: TensorElement, To: TensorElement>(
    from type: From.Type,
    _ convert: (From) -> To
  ) throws -> Tensor {
    try withElements(of: From.self) { source in
      try Tensor.build(shape, of: To.self) { target in
        for index in 0..<min(source.count, target.count) { target[index] = convert(source[index]) }
      }
    }
  }

  /// Returns each element put through `function`, computed in double and rounded to the type.
  package func mapReal(_ function: (Double) -> Double) throws -> Tensor {
    func convert<Element: RealElement>(_ type: Element.Type) throws -> Tensor {
      try withElements(of: type) { source in
        try Tensor.build(shape, of: type) { target in
          for index in source.indices {
            target[index] = Element(clamping: function(source[index].asDouble))
          }
        }
      }
    }
    return try convert(requireReal())
  }
}

extension Tensor {
  /// Returns the real numbers that the codes of a quantized tensor stand for.
  ///
  ///     y = scale · (code − zeroPoint)
  package func dequantized(to dtype: DataType = .float32) throws -> Tensor {
    guard let quantization else { return self.dtype == dtype ? self : try cast(to: dtype) }
    let code = try requireReal()
    return try dtype == .float64
      ? reals(code, Double.self, quantization) : reals(code, Float.self, quantization)
  }

  @_specialize(where Code == Int8, Real == Float)
  @_specialize(where Code == UInt8, Real == Float)
  @_specialize(where Code == Int32, Real == Float)
  private func reals<Code: RealElement, Real: FloatElement>(
    _: Code.Type,
    _: Real.Type,
    _ quantization: Quantization
  ) throws -> Tensor {
    let places = try ScalePlaces(quantization, shape)
    let run = places.runLength ?? max(count, 1)
    return try withElements(of: Code.self) { codes in
      try Tensor.build(shape, of: Real.self) { target in
        for start in stride(from: 0, to: target.count, by: run) {
          let position = places.place(of: start)
          let scale = Double(quantization.scales[position])
          let zeroPoint = Double(quantization.zeroPoints[position])
          for index in start..<min(start + run, target.count) {
            target[index] = Real((codes[index].asDouble - zeroPoint) * scale)
          }
        }
      }
    }
  }

  /// Returns the codes nearest to real numbers, rounded half away from zero and kept in range.
  package func quantized(to dtype: DataType, _ quantization: Quantization) throws -> Tensor {
    guard let range = dtype.integerRange else {
      throw ShapeError.wrongElementType(expected: "an integer type", found: dtype)
    }
    let places = try ScalePlaces(quantization, shape)
    let reals = try doubles()
    let codes = reals.indices.map { index in
      let position = quantization.isPerTensor ? 0 : places.place(of: index)
      return Double(quantization.code(of: reals[index], at: position, in: range))
    }
    return try Tensor(dtype, shape, rounding: codes).with(quantization: quantization)
  }
}
