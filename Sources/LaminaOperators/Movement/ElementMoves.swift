import LaminaCore

// Moving elements needs their width only, not their meaning: these functions work on units of 1,
// 2, 4, 8 or 16 bytes, and on strings.

/// Sixteen bytes that need no more than eight bytes of alignment.
private struct Pair {
  var low: UInt64
  var high: UInt64
}

extension Tensor {
  /// Returns a view of the elements, copied.
  ///
  ///     y[i, j, …] = x[offset + i · strides[0] + j · strides[1] + …]
  ///
  /// - Precondition: every position of `shape` leads to an element.
  func strided(to shape: Shape, offset: Int = 0, strides: [Int]) throws -> Tensor {
    if dtype == .string {
      var moved = [String](repeating: "", count: try shape.count())
      let strings = strings
      shape.forEachOffset([strides]) { moved[$0] = strings[offset + $1[0]] }
      return Tensor(shape, strings: moved)
    }
    return try moving(to: shape, .strided(offset: offset, strides: strides))
  }

  /// Returns the elements at positions of several tensors laid end to end.
  ///
  /// - Precondition: `sources` has a valid position for each element of `shape`, and the tensors
  ///   are of one type.
  static func picking(_ sources: [Int], from tensors: [Tensor], _ shape: Shape) throws -> Tensor {
    guard let x = tensors.count == 1 ? tensors[0] : try joined(tensors) else {
      return try Tensor(zeros: .float32, shape)
    }
    if x.dtype == .string {
      let strings = x.strings
      return Tensor(shape, strings: sources.map { strings[$0] })
    }
    return try x.moving(to: shape, .picked(sources))
  }

  /// The elements of several tensors of one type, end to end, as one axis.
  static func joined(_ tensors: [Tensor]) throws -> Tensor? {
    guard let first = tensors.first else { return nil }
    for other in tensors { try other.type.require(first.dtype) }
    if first.dtype == .string {
      let strings = tensors.flatMap(\.strings)
      return Tensor([strings.count], strings: strings)
    }
    let total = tensors.reduce(0) { $0 &+ $1.count }
    var result = try Tensor(zeros: first.dtype, [total], quantization: first.quantization)
    result.withMutableBytes { target in
      var position = 0
      for tensor in tensors {
        tensor.withBytes { bytes in
          UnsafeMutableRawBufferPointer(rebasing: target[position...]).copyMemory(from: bytes)
          position += bytes.count
        }
      }
    }
    return result
  }

  /// Returns the tensor with the elements at some positions replaced; of several replacements of
  /// one position the last stays.
  ///
  /// - Precondition: `positions` are inside, as many as `values` has elements of the same type.
  func replacing(_ positions: [Int], with values: Tensor) throws -> Tensor {
    if dtype == .string {
      var strings = self.strings
      for (position, string) in zip(positions, values.strings) { strings[position] = string }
      return Tensor(shape, strings: strings)
    }
    var result = self
    values.withBytes { source in
      result.withMutableBytes { target in
        switch dtype.byteCount {
        case 1: scatter(UInt8.self, source, target, positions)
        case 2: scatter(UInt16.self, source, target, positions)
        case 4: scatter(UInt32.self, source, target, positions)
        case 8: scatter(UInt64.self, source, target, positions)
        default: scatter(Pair.self, source, target, positions)
        }
      }
    }
    return result
  }

  /// How ``moving(to:_:)`` finds the source of each element.
  private enum Move {
    case strided(offset: Int, strides: [Int])
    case picked([Int])
  }

  private func moving(to shape: Shape, _ move: Move) throws -> Tensor {
    var result = try Tensor(
      zeros: dtype,
      shape,
      quantization: quantization?.isPerTensor == true ? quantization : nil
    )
    guard result.count > 0 else { return result }
    withBytes { source in
      result.withMutableBytes { target in
        switch dtype.byteCount {
        case 1: Self.copy(UInt8.self, source, target, shape, move)
        case 2: Self.copy(UInt16.self, source, target, shape, move)
        case 4: Self.copy(UInt32.self, source, target, shape, move)
        case 8: Self.copy(UInt64.self, source, target, shape, move)
        default: Self.copy(Pair.self, source, target, shape, move)
        }
      }
    }
    return result
  }

  private static func copy<Unit: BitwiseCopyable>(
    _: Unit.Type,
    _ source: UnsafeRawBufferPointer,
    _ target: UnsafeMutableRawBufferPointer,
    _ shape: Shape,
    _ move: Move
  ) {
    let source = source.assumingMemoryBound(to: Unit.self)
    let target = target.assumingMemoryBound(to: Unit.self)
    switch move {
    case .strided(let offset, let strides): copyLines(source, target, shape, offset, strides)
    case .picked(let sources):
      for index in target.indices { target[index] = source[sources[index]] }
    }
  }
}

private func copyLines<Unit: BitwiseCopyable>(
  _ source: UnsafeBufferPointer<Unit>,
  _ target: UnsafeMutableBufferPointer<Unit>,
  _ shape: Shape,
  _ offset: Int,
  _ strides: [Int]
) {
  guard let step = strides.last, let length = shape.dims.last else {
    target[0] = source[offset]
    return
  }
  let outer = Shape(Array(shape.dims.dropLast()))
  outer.forEachOffset([Array(strides.dropLast())]) { line, offsets in
    var from = offset + offsets[0]
    for index in line * length..<(line + 1) * length {
      target[index] = source[from]
      from += step
    }
  }
}

private func scatter<Unit: BitwiseCopyable>(
  _: Unit.Type,
  _ source: UnsafeRawBufferPointer,
  _ target: UnsafeMutableRawBufferPointer,
  _ positions: [Int]
) {
  let source = source.assumingMemoryBound(to: Unit.self)
  let target = target.assumingMemoryBound(to: Unit.self)
  for index in source.indices { target[positions[index]] = source[index] }
}
