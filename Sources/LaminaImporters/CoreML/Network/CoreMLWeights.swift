import LaminaCore
import LaminaWire

/// Reads the weights of a neural network's layers (`WeightParams` of `NeuralNetwork.proto`).
///
/// Floats are float32 or float16; or codes of 1 to 8 bits, packed from the highest bit down, which
/// stand for numbers by a table or by
///
///     w = scale[c] · code + bias[c]
///
/// where c counts along the axis of the output channels, or there is one scale for all.
struct CoreMLWeights {
  private let message: ProtobufMessage
  private let place: String
  private let channelAxis: Int

  init(_ message: ProtobufMessage, channelAxis: Int = 0, place: String) {
    self.message = message
    self.channelAxis = channelAxis
    self.place = place
  }

  /// Returns the weights as float32 in a shape, which says how many there must be.
  ///
  /// - Throws: ``ImportError`` when there are more or fewer, or the codes cannot be read.
  func tensor(_ lengths: [Int]) throws -> Tensor {
    let shape = Shape(lengths)
    guard lengths.allSatisfy({ $0 > 0 }), let count = shape.elementCount, count < 1 << 40 else {
      throw ImportError.invalid(
        place: place,
        expected: "lengths of 1 and more",
        found: "\(lengths)"
      )
    }
    let floats = try message.elements(1, size: 4)
    if !floats.isEmpty {
      try check(floats.count, count: count, bits: 32)
      return try Self.tensor(floats, .float32, shape)
    }
    if let halves = message.payload(2), !halves.isEmpty {
      try check(halves.count, count: count, bits: 16)
      return try Self.tensor(halves, .float16, shape).cast(to: .float32)
    }
    return try dequantized(shape, count: count)
  }

  private func check(_ byteCount: Int, count: Int, bits: Int) throws(ImportError) {
    let (total, overflow) = count.multipliedReportingOverflow(by: bits)
    guard !overflow, byteCount == (total + 7) / 8 else {
      throw .invalid(
        place: place,
        expected: "\(count) weights of \(bits) bits",
        found: "\(byteCount) bytes"
      )
    }
  }

  /// A tensor whose elements stay in the file where they are aligned there.
  static func tensor(_ bytes: ByteView, _ dtype: DataType, _ shape: Shape) throws -> Tensor {
    let isAligned = Int(bitPattern: bytes.start) % min(max(dtype.byteCount, 1), 8) == 0
    let storage =
      isAligned
      ? TensorStorage(borrowing: bytes.start, byteCount: bytes.count, owner: bytes.owner)
      : bytes.withUnsafeBytes { TensorStorage(copying: $0) }
    return try Tensor(TensorType(dtype, shape), storage: storage)
  }
}

// MARK: - Codes

extension CoreMLWeights {
  private func dequantized(_ shape: Shape, count: Int) throws -> Tensor {
    let quantization = try message.message(40) ?? ProtobufMessage()
    if let signed = message.payload(31), !signed.isEmpty {
      try check(signed.count, count: count, bits: 8)
      let codes = signed.bytes.map { Float(Int8(bitPattern: $0)) }
      return try linear(codes, quantization.message(101), shape)
    }
    guard let raw = message.payload(30), !raw.isEmpty else {
      throw ImportError.invalid(place: place, expected: "\(count) weights", found: "none")
    }
    let bits = quantization.int(1)
    guard (1...8).contains(bits) else {
      throw ImportError.invalid(place: place, expected: "1 to 8 bits", found: "\(bits)")
    }
    try check(raw.count, count: count, bits: bits)
    let codes = Self.unpacked(raw.bytes, bits: bits, count: count)
    guard let table = try quantization.message(102)?.floats(1) else {
      return try linear(codes.map(Float.init), quantization.message(101), shape)
    }
    guard let highest = codes.max(), Int(highest) < table.count else {
      throw ImportError.invalid(
        place: place,
        expected: "codes below \(table.count)",
        found: "\(codes.max() ?? 0)"
      )
    }
    return Tensor(shape, codes.map { table[Int($0)] })
  }

  /// Spreads codes to one a byte; the first lies in the highest bits.
  static func unpacked(_ bytes: [UInt8], bits: Int, count: Int) -> [UInt8] {
    if bits == 8 { return bytes }
    var codes: [UInt8] = []
    codes.reserveCapacity(count)
    var (window, held) = (0, 0)
    for byte in bytes {
      window = (window << 8 | Int(byte)) & 0xFFFF
      held += 8
      while held >= bits, codes.count < count {
        held -= bits
        codes.append(UInt8(truncatingIfNeeded: window >> held & (1 << bits - 1)))
      }
    }
    return codes
  }

  private func linear(
    _ codes: [Float],
    _ parameters: ProtobufMessage?,
    _ shape: Shape
  ) throws -> Tensor {
    let scales = try parameters?.floats(1) ?? []
    let biases = try parameters?.floats(2) ?? []
    let channels = shape.dims.dropFirst(channelAxis).first ?? 1
    guard [1, channels].contains(scales.count), [0, 1, channels].contains(biases.count) else {
      throw ImportError.invalid(
        place: place,
        expected: "1 or \(channels) scales",
        found: "\(scales.count) scales and \(biases.count) biases"
      )
    }
    let perChannel = shape.dims.dropFirst(channelAxis + 1).reduce(1, *)
    return Tensor(
      shape,
      codes.enumerated().map { index, code in
        let channel = index / perChannel % channels
        let scale = scales.count == 1 ? scales[0] : scales[channel]
        let bias = biases.isEmpty ? 0 : biases.count == 1 ? biases[0] : biases[channel]
        return code * scale + bias
      }
    )
  }
}
