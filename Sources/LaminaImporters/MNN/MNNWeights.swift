import LaminaCore
import LaminaWire

/// The weights and the bias of a convolution, in whichever way they are stored.
///
/// - Source: MNN, schema/default, Convolution2D and IDSTQuan; source/core/ConvolutionCommon.cpp.
struct MNNWeights {
  /// The weights in order of the file; int8 with a scale for each output, or float32.
  let weights: Tensor
  let bias: Tensor?

  /// How a table of quantized weights stores them.
  private enum Storage: Int {
    case packed = 1
    case sparse, half, bytes
    case float = 8
  }

  /// Reads `count` weights for `outputs` outputs.
  init(
    _ op: MNNOperator,
    _ builder: MNNGraphBuilder,
    outputs: Int,
    count: Int
  ) throws {
    guard let main = op.main else { throw MNNUnsupported(reason: "no parameters") }
    let external = try main.integers(6, of: Int64.self)
    if let table = try main.table(3, "quantized weights of \(op.place)") {
      weights = try Self.quantized(table, op, builder, outputs, count, external)
    } else if let view = try main.view(1, elementSize: 4) {
      weights = try MNNBlob.tensor(view, .float32, [view.count / 4])
    } else if let external {
      let view = try builder.external(external, op)
      weights = try MNNBlob.tensor(view, .float32, [view.count / 4])
    } else {
      throw MNNUnsupported(reason: "no weights")
    }
    guard weights.count == count else {
      throw ImportError.invalid(
        place: op.place,
        expected: "\(count) weights",
        found: "\(weights.count)"
      )
    }
    bias = try Self.bias(main, op, builder, outputs, external)
  }

  private static func bias(
    _ main: FlatTable,
    _ op: MNNOperator,
    _ builder: MNNGraphBuilder,
    _ outputs: Int,
    _ external: [Int64]?
  ) throws -> Tensor? {
    if let view = try main.view(2, elementSize: 4), view.count >= 4 * outputs {
      return try MNNBlob.tensor(view, .float32, [outputs])
    }
    guard let external, external.count >= 3 else { return nil }
    // The bias is the last part of what lies outside; scales may stand before it.
    var start = external[0] + external[1]
    for size in external[2...].dropLast() { start += size }
    guard external[external.count - 1] >= 4 * Int64(outputs) else { return nil }
    let view = try builder.external([start, 4 * Int64(outputs)], op)
    return try MNNBlob.tensor(view, .float32, [outputs])
  }

  private static func quantized(
    _ table: FlatTable,
    _ op: MNNOperator,
    _ builder: MNNGraphBuilder,
    _ outputs: Int,
    _ count: Int,
    _ external: [Int64]?
  ) throws -> Tensor {
    let number = try table.int(2)
    guard let storage = Storage(rawValue: number) else {
      throw MNNUnsupported(reason: "weights of storage \(number)")
    }
    if let places = try table.integers(13, of: UInt32.self), !places.isEmpty {
      return try scattered(table, places, count)
    }
    var view = try table.view(0, elementSize: 1)
    if view == nil, let external { view = try builder.external(external, op) }
    guard let view else { throw MNNUnsupported(reason: "no weights") }
    switch storage {
    case .half: return try MNNBlob.tensor(view, .float16, [view.count / 2]).cast(to: .float32)
    case .float: return try MNNBlob.tensor(view, .float32, [view.count / 4])
    case .packed, .sparse, .bytes: break
    }
    let alpha = try scales(table, op, builder, external)
    let minimum = try table.int(8)
    let isOldPair = try storage == .bytes && minimum == 0 && abs(table.float(4)) < 1e-6
    let isPaired = try table.int(9) != 0 || isOldPair
    let fill = isPaired ? zeroCodes(alpha) : []
    let codes = try codes(view, storage, table, fill: fill, count: count, op)
    if isPaired { return try paired(codes, alpha, minimum: minimum == 0 ? -128 : minimum) }
    let factor = try table.float(4)
    return try symmetric(codes, alpha, outputs, factor: isOldPair || factor == 0 ? 1 : factor)
  }

  /// The codes of the weights, unpacked.
  private static func codes(
    _ view: ByteView,
    _ storage: Storage,
    _ table: FlatTable,
    fill: [Int8],
    count: Int,
    _ op: MNNOperator
  ) throws -> [Int8] {
    let codes =
      storage == .bytes
      ? view.bytes.map { Int8(bitPattern: $0) }
      : try MNNPackedWeights.codes(
        view,
        isSparse: storage == .sparse,
        hasWideLengths: try table.bool(11),
        fill: storage == .sparse ? fill : [],
        count: count
      )
    guard codes.count == count else {
      throw ImportError.invalid(
        place: op.place,
        expected: "\(count) weights",
        found: "\(codes.count)"
      )
    }
    return codes
  }

  /// The scales, or pairs of a smallest number and a scale, of blocks of weights.
  private static func scales(
    _ table: FlatTable,
    _ op: MNNOperator,
    _ builder: MNNGraphBuilder,
    _ external: [Int64]?
  ) throws -> [Float] {
    if let alpha = try table.floats(1), !alpha.isEmpty { return alpha }
    func half(_ bits: UInt16) -> Float { Float(Float16(bitPattern: bits)) }
    if let alpha = try table.integers(14, of: UInt16.self), !alpha.isEmpty {
      return alpha.map(half)
    }
    guard let external, external.count >= 3 else { return [] }
    let view = try builder.external([external[0] + external[1], external[2]], op)
    let isHalf = try table.byte(15) == 1
    return view.withUnsafeBytes { bytes in
      isHalf
        ? (0..<view.count / 2).map {
          half(bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self))
        }
        : (0..<view.count / 4).map {
          bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
        }
    }
  }

  /// Single weights at places; all others are zero.
  private static func scattered(
    _ table: FlatTable,
    _ places: [UInt32],
    _ count: Int
  ) throws -> Tensor {
    let alpha = try table.floats(1) ?? []
    guard count < 1 << 28, alpha.count == places.count, places.allSatisfy({ Int($0) < count })
    else {
      throw ImportError.invalid(
        place: "sparse weights",
        expected: "a place below \(count) for each",
        found: "\(places.count) places, \(alpha.count) weights"
      )
    }
    return try Tensor.build([count], of: Float.self) { target in
      for (place, value) in zip(places, alpha) { target[Int(place)] = value }
    }
  }

  /// The code of zero for each pair.
  private static func zeroCodes(_ alpha: [Float]) -> [Int8] {
    (0..<alpha.count / 2).map { index in
      let (low, scale) = (alpha[2 * index], alpha[2 * index + 1])
      guard scale > 1e-6 else { return -128 }
      return Int8(clamping: Int(max(min((-low / scale).rounded(), 1000), -1000)) - 128)
    }
  }

  /// w = scale · (code − smallest code) + smallest number, block by block.
  private static func paired(_ codes: [Int8], _ alpha: [Float], minimum: Int) throws -> Tensor {
    let blocks = alpha.count / 2
    guard blocks > 0, codes.count.isMultiple(of: blocks) else {
      throw MNNUnsupported(reason: "\(alpha.count) scales for \(codes.count) weights")
    }
    let size = codes.count / blocks
    return try Tensor.build([codes.count], of: Float.self) { target in
      for index in target.indices {
        let (low, scale) = (alpha[index / size * 2], alpha[index / size * 2 + 1])
        target[index] = scale * Float(Int(codes[index]) - minimum) + low
      }
    }
  }

  /// w = scale · code: codes where there is a scale for each output, numbers where there are more.
  private static func symmetric(
    _ codes: [Int8],
    _ alpha: [Float],
    _ outputs: Int,
    factor: Float
  ) throws -> Tensor {
    guard !alpha.isEmpty, codes.count.isMultiple(of: alpha.count) else {
      throw MNNUnsupported(reason: "\(alpha.count) scales for \(codes.count) weights")
    }
    let scales = alpha.map { $0 * factor }
    if alpha.count == outputs, scales.allSatisfy({ $0 >= 0 && $0.isFinite }) {
      let zeros = scales.map { _ in 0 }
      let shape: Shape = [outputs, codes.count / outputs]
      return Tensor(shape, codes).with(
        quantization: Quantization(
          scales: scales,
          zeroPoints: zeros,
          axis: outputs == 1 ? nil : 0
        )
      )
    }
    let size = codes.count / alpha.count
    return try Tensor.build([codes.count], of: Float.self) { target in
      for index in target.indices { target[index] = scales[index / size] * Float(codes[index]) }
    }
  }
}
