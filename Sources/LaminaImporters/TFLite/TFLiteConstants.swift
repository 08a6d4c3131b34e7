import LaminaCore
import LaminaWire

/// Makes tensors of the buffers of a file.
enum TFLiteConstants {
  /// Returns the elements of `tensor`, which fill `bytes`; they stay in the file where they can.
  ///
  /// - Throws: ``ImportError`` when there are more or fewer bytes than the shape asks for.
  static func tensor(
    _ type: TensorType,
    sparsity: TFLiteSparsity?,
    bytes: ByteView,
    place: String
  ) throws(ImportError) -> Tensor {
    do {
      if type.dtype == .string { return try strings(type, bytes) }
      if let sparsity {
        return try TFLiteSparseTensor(type, sparsity, bytes, place: place).densified()
      }
      let expected = type.packedByteCount
      guard expected == bytes.count else {
        throw ImportError.invalid(
          place: place,
          expected: expected.map { "\($0) bytes for \(type)" } ?? "a size that can be addressed",
          found: "\(bytes.count)"
        )
      }
      return try dense(type, bytes)
    } catch let error as ImportError {
      throw error
    } catch {
      throw .invalid(place: place, expected: "contents of \(type)", found: "\(error)")
    }
  }

  private static func dense(_ type: TensorType, _ bytes: ByteView) throws -> Tensor {
    switch type.dtype {
    case .int2, .int4, .uint2, .uint4, .float4e2m1: return try unpacked(type, bytes)
    case .bool:
      // Any byte but 0 is true in a file; in memory only 1 is.
      return try Tensor.build(type.shape, of: UInt8.self) { target in
        for (index, byte) in bytes.bytes.enumerated() { target[index] = byte == 0 ? 0 : 1 }
      }.cast(to: .bool)
    default:
      let storage = TensorStorage(
        borrowing: bytes.start,
        byteCount: bytes.count,
        owner: bytes.owner
      )
      return try Tensor(type, storage: storage)
    }
  }

  /// Spreads elements of 2 or 4 bits, the first one lowest, to a byte each.
  private static func unpacked(_ type: TensorType, _ bytes: ByteView) throws -> Tensor {
    let width = type.dtype.bitWidth
    let isSigned = (type.dtype.integerRange?.lowerBound ?? 0) < 0
    var tensor = try Tensor(zeros: type.dtype, type.shape, quantization: type.quantization)
    tensor.withMutableBytes { target in
      bytes.withUnsafeBytes { source in
        for index in target.indices {
          let bit = index * width
          let code = (source[bit / 8] >> UInt8(bit % 8)) << UInt8(8 - width)
          target[index] =
            isSigned
            ? UInt8(bitPattern: Int8(bitPattern: code) >> Int8(8 - width))
            : code >> UInt8(8 - width)
        }
      }
    }
    return tensor
  }

  /// Reads the number of strings, where each starts and where the last ends, then the strings.
  private static func strings(_ type: TensorType, _ bytes: ByteView) throws -> Tensor {
    let count = Int(try bytes.load(UInt32.self, at: 0, "number of strings"))
    guard type.shape.elementCount == count else {
      throw ShapeError.elementCountMismatch(from: [count], to: type.shape)
    }
    _ = try bytes.slice(at: 4, elements: count, of: 4, "places of strings")
    var strings: [String] = []
    for index in 0..<count {
      let start = Int(try bytes.load(UInt32.self, at: 4 + 4 * index, "start of a string"))
      let end = Int(try bytes.load(UInt32.self, at: 8 + 4 * index, "end of a string"))
      let text = try bytes.slice(at: start, count: end - start, "string \(index)")
      strings.append(String(decoding: text.bytes, as: UTF8.self))
    }
    return Tensor(type.shape, strings: strings)
  }
}
