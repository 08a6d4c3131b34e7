/// A type and its elements: dense, row-major, shared until written to.
package struct Tensor: Sendable {
  private enum Contents: Sendable {
    case bytes(TensorStorage, offset: Int)
    case strings([String])
  }

  package let dtype: DataType
  package private(set) var shape: Shape
  package var quantization: Quantization?
  private var contents: Contents
  /// Factors that the stored floats are yet to be multiplied by, which every access but
  /// ``withUnscaledBytes(_:)`` does.
  package private(set) var scaling: Scaling?
  /// The number of elements.
  package let count: Int

  package var type: TensorType { TensorType(dtype, shape, quantization: quantization) }
  package var byteCount: Int { count * dtype.byteCount }

  /// Makes a tensor of zeros (empty strings).
  ///
  /// - Throws: ``ShapeError`` when the shape is unknown, overflows or exceeds the memory limit.
  package init(
    zeros dtype: DataType,
    _ shape: Shape,
    quantization: Quantization? = nil
  ) throws(ShapeError) {
    count = try shape.count()
    self.dtype = dtype
    self.shape = shape
    self.quantization = quantization
    if dtype == .string {
      try MemoryLimit.check(count.multipliedReportingOverflow(by: 16).partialValue)
      contents = .strings([String](repeating: "", count: count))
    } else {
      let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.byteCount)
      if overflow { throw .tooLarge(shape) }
      contents = .bytes(try TensorStorage(byteCount: bytes), offset: 0)
    }
  }

  /// Refers to bytes that are already there, such as a part of a mapped file.
  ///
  /// - Throws: ``ShapeError/wrongByteCount(expected:found:)`` when the part is too short.
  package init(
    _ type: TensorType,
    storage: TensorStorage,
    offset: Int = 0
  ) throws(ShapeError) {
    count = try type.shape.count()
    let (bytes, overflow) = count.multipliedReportingOverflow(by: type.dtype.byteCount)
    guard !overflow, type.dtype != .string, offset >= 0,
      bytes <= storage.byteCount - offset
    else {
      throw .wrongByteCount(expected: overflow ? .max : bytes, found: storage.byteCount - offset)
    }
    dtype = type.dtype
    shape = type.shape
    quantization = type.quantization
    contents = .bytes(storage, offset: offset)
  }

  /// Makes a tensor of the given elements, in row-major order.
  ///
  /// - Precondition: there are as many elements as the shape has positions.
  package init<Element: TensorElement>(_ shape: Shape, _ elements: [Element]) {
    precondition(shape.elementCount == elements.count, "\(elements.count) elements for \(shape)")
    let storage = elements.withUnsafeBytes { TensorStorage(copying: $0) }
    self.init(unchecked: TensorType(Element.dtype, shape), storage: storage, count: elements.count)
  }

  /// Makes a tensor of strings.
  package init(_ shape: Shape, strings: [String]) {
    precondition(shape.elementCount == strings.count, "\(strings.count) strings for \(shape)")
    count = strings.count
    dtype = .string
    self.shape = shape
    contents = .strings(strings)
  }

  /// Makes a rank-0 tensor.
  package init<Element: TensorElement>(scalar: Element) { self.init([], [scalar]) }

  private init(unchecked type: TensorType, storage: TensorStorage, count: Int) {
    dtype = type.dtype
    shape = type.shape
    quantization = type.quantization
    self.count = count
    contents = .bytes(storage, offset: 0)
  }

  /// Returns the same elements under another shape with as many positions; nothing is copied.
  package func reshaped(to shape: Shape) throws(ShapeError) -> Tensor {
    guard shape.elementCount == count else {
      throw .elementCountMismatch(from: self.shape, to: shape)
    }
    var result = self
    result.shape = shape
    return result
  }

  /// Factors for the floats of a tensor: one for each `period` elements in a row, in turns.
  package struct Scaling: Sendable {
    package let factors: [Float]
    package let period: Int
  }

  /// Returns floats multiplied by factors, at the time they are used; nothing is copied.
  ///
  /// - Returns: `nil` for elements that are not float32 or that wait for factors already.
  package func scaledLater(by factors: [Float], period: Int) -> Tensor? {
    guard dtype == .float32, scaling == nil, !factors.isEmpty, period > 0 else { return nil }
    var result = self
    result.scaling = Scaling(factors: factors, period: period)
    return result
  }

  /// Returns the same elements with another meaning.
  package func with(quantization: Quantization?) -> Tensor {
    var result = self
    result.quantization = quantization
    return result
  }
}

extension Tensor {
  /// The elements of a string tensor; empty for any other.
  package var strings: [String] {
    if case .strings(let strings) = contents { return strings }
    return []
  }

  /// Calls `body` with the bytes, aligned for the elements; a string tensor has none.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try aligned.withUnscaledBytes(body)
  }

  /// Calls `body` with the bytes where they are, before any ``scaling``: those of a file may begin
  /// at any address.
  package func withUnscaledBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard case .bytes(let storage, let offset) = contents else {
      return try body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeRawBufferPointer(start: storage.base + offset, count: byteCount))
  }

  /// Whether the elements begin at a multiple of their size, which a file does not promise.
  private var isAligned: Bool {
    guard case .bytes(let storage, let offset) = contents else { return true }
    let address = UInt(bitPattern: storage.base) + UInt(offset)
    return address % UInt(min(max(dtype.byteCount, 1), 8)) == 0
  }

  /// The tensor with its elements aligned and scaled: itself, or a copy.
  package var aligned: Tensor {
    guard !isAligned || scaling != nil else { return self }
    let storage = withUnscaledBytes { TensorStorage(copying: $0) }
    if let scaling {
      let floats = storage.base.assumingMemoryBound(to: Float.self)
      for start in stride(from: 0, to: count, by: scaling.period) {
        let factor = scaling.factors[start / scaling.period % scaling.factors.count]
        for index in start..<min(start + scaling.period, count) { floats[index] *= factor }
      }
    }
    var copy = self
    copy.scaling = nil
    copy.contents = .bytes(storage, offset: 0)
    return copy
  }

  /// Calls `body` with bytes that may be written; shared bytes are copied first.
  package mutating func withMutableBytes<Result, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    makeUnique()
    guard case .bytes(let storage, let offset) = contents else {
      return try body(UnsafeMutableRawBufferPointer(start: nil, count: 0))
    }
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableRawBufferPointer(start: storage.base + offset, count: byteCount))
  }

  private mutating func makeUnique() {
    self = aligned
    guard case .bytes(var storage, let offset) = contents else { return }
    contents = .strings([])
    if !isKnownUniquelyReferenced(&storage) || !storage.isOwned {
      let copy = TensorStorage(
        copying: UnsafeRawBufferPointer(start: storage.base + offset, count: byteCount)
      )
      contents = .bytes(copy, offset: 0)
    } else {
      contents = .bytes(storage, offset: offset)
    }
  }

  /// The bytes and what keeps them alive, for planners that bind buffers to constants.
  package var storage: (owner: TensorStorage, base: UnsafeRawPointer)? {
    guard scaling == nil, case .bytes(let storage, let offset) = contents else { return nil }
    return (storage, UnsafeRawPointer(storage.base + offset))
  }
}
