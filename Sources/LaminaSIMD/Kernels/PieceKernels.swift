import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Movement whose pattern is fixed before the run: slices, splits, padding, tiles, blocks.
///
/// The reference moves the element numbers once, at preparation; what lies together in the result
/// becomes one copy.
enum PieceKernels {
  /// Elements up to which a pattern is looked for.
  private static let limit = 1 << 25

  /// The pattern of an operator whose first input holds the elements and whose others are known.
  static func pieces(
    _ op: any MovementOperator,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    try request.requireSameCodes()
    let type = try request.input(0)
    // From 1 on, so that an operator's own zeros are told from the first element.
    var inputs: [Tensor?] = [try elementNumbers(request, from: 1)]
    for index in 1..<max(request.step.inputs.count, 1) {
      let isThere = request.step.inputs.optional(index) != nil
      inputs.append(isThere ? try request.constant(index, "parameters") : nil)
    }
    var zero = 0.0
    if let codes = type.quantization { zero = Double(codes.zeroPoints.first ?? 0) }
    do {
      let element = try type.dtype.isReal ? Tensor(type.dtype, [1], rounding: [zero]) : nil
      return try kernel(op, inputs, request, from: 1, filler: element)
    } catch let error as Refusal { throw error } catch { throw Refusal("\(error)") }
  }

  /// Padding: constant elements are outside of the input.
  static func pad(_ op: Pad, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    try request.requireSameCodes()
    let type = try request.input(0)
    var filler = op.value ?? 0
    if request.step.inputs.optional(2) != nil {
      filler = try request.constant(2, "padding values").doublesOrRefusal().first ?? filler
    }
    if let quantization = type.quantization, let range = type.dtype.integerRange {
      let isCode = request.step.inputs.optional(2) != nil
      filler = isCode ? filler : Double(quantization.code(of: Float(filler), in: range))
    }
    do {
      let element = try Tensor(type.dtype, [1], rounding: [filler])
      guard op.mode == .constant else {
        return try kernel(op, padInputs(request), request, filler: element)
      }
      try requireFew(request)
      let pads = try op.resolvedPads(request.step.inputs)
      let pieces = Piece.padding(type.shape, pads, result: try request.output().shape)
      return try PieceKernel([pieces], type.dtype.byteCount, element, request)
    } catch let error as Refusal { throw error } catch { throw Refusal("\(error)") }
  }

  private static func padInputs(_ request: KernelRequest) throws(Refusal) -> [Tensor?] {
    var inputs: [Tensor?] = [try elementNumbers(request)]
    let hasPads = request.step.inputs.optional(1) != nil
    inputs.append(hasPads ? try request.constant(1, "pads") : nil)
    if request.step.inputs.optional(3) != nil {
      inputs += [nil, try request.constant(3, "axes")]
    }
    return inputs
  }

  private static func elementNumbers(
    _ request: KernelRequest,
    from first: Int32 = 0
  ) throws(Refusal) -> Tensor {
    try requireFew(request)
    let shape = try request.input(0).shape
    return Tensor(shape, (0..<Int32(try shape.known())).map { $0 + first })
  }

  private static func requireFew(_ request: KernelRequest) throws(Refusal) {
    let count = try request.input(0).shape.known()
    let total = request.step.outputs.reduce(count) { $0 &+ ($1?.shape.elementCount ?? 0) }
    guard total <= limit else { throw Refusal("\(total) elements are too many to map one by one") }
  }

  private static func kernel(
    _ op: any Operator,
    _ inputs: [Tensor?],
    _ request: KernelRequest,
    from first: Int32 = 0,
    filler: Tensor? = nil
  ) throws(Refusal) -> any PreparedKernel {
    do {
      let outputs = try op.evaluate(TensorInputs(inputs))
      let width = try request.output().dtype.byteCount
      var lists: [[Piece]] = []
      for (output, type) in zip(outputs, request.step.outputs) {
        guard type != nil else {
          lists.append([])
          continue
        }
        lists.append(try output.withElements(of: Int32.self) { Piece.list($0, from: first) })
      }
      return try PieceKernel(lists, width, filler, request)
    } catch let error as Refusal { throw error } catch { throw Refusal("\(error)") }
  }
}

extension Tensor {
  func doublesOrRefusal() throws(Refusal) -> [Double] {
    do { return try doubles() } catch { throw Refusal("\(error)") }
  }
}

/// Elements that lie together in the input and in the output.
struct Piece: BitwiseCopyable {
  /// The first element's number in the input; negative for the filler.
  var source: Int32
  var count: Int32

  /// Joins runs of neighbouring numbers, of which the input's first element has `first`.
  static func list(_ numbers: UnsafeBufferPointer<Int32>, from first: Int32) -> [Piece] {
    var pieces: [Piece] = []
    var start = 0
    while start < numbers.count {
      let source = numbers[start] - first
      var end = start + 1
      if source < 0 {
        while end < numbers.count, numbers[end] < first { end += 1 }
      } else {
        while end < numbers.count, numbers[end] == numbers[end - 1] &+ 1 { end += 1 }
      }
      pieces.append(Piece(source: source, count: Int32(end - start)))
      start = end
    }
    return pieces
  }

  /// The pieces of an input of a shape with filler before and after each axis; negative numbers
  /// take positions away.
  static func padding(
    _ shape: Shape,
    _ pads: [(before: Int, after: Int)],
    result: Shape
  ) -> [Piece] {
    guard let axis = shape.dims.indices.last else { return [Piece(source: 0, count: 1)] }
    let (before, length, total) = (pads[axis].before, shape[axis], result[axis])
    let start = min(max(before, 0), total)
    let end = max(min(before + length, total), start)
    let strides = shape.strides
    var pieces: [Piece] = []
    for line in 0..<max(result.product(0..<axis), 0) {
      guard let row = source(line, above: axis, shape, pads, result, strides), start < end else {
        append(-1, total, to: &pieces)
        continue
      }
      append(-1, start, to: &pieces)
      append(row + start - before, end - start, to: &pieces)
      append(-1, total - end, to: &pieces)
    }
    return pieces
  }

  /// The first element of the input's line that is the result's `line`-th; `nil` for filler.
  private static func source(
    _ line: Int,
    above axis: Int,
    _ shape: Shape,
    _ pads: [(before: Int, after: Int)],
    _ result: Shape,
    _ strides: [Int]
  ) -> Int? {
    var (rest, element) = (line, 0)
    for outer in stride(from: axis - 1, through: 0, by: -1) {
      let position = rest % result[outer] - pads[outer].before
      guard 0..<shape[outer] ~= position else { return nil }
      element += position * strides[outer]
      rest /= result[outer]
    }
    return element
  }

  /// Adds elements from `source` on, or filler, to the piece that they continue.
  private static func append(_ source: Int, _ count: Int, to pieces: inout [Piece]) {
    guard count > 0 else { return }
    if let last = pieces.last {
      let follows = source < 0 ? last.source < 0 : Int(last.source + last.count) == source
      if follows, source < 0 || last.source >= 0 {
        pieces[pieces.count - 1].count += Int32(count)
        return
      }
    }
    pieces.append(Piece(source: Int32(source), count: Int32(count)))
  }
}

/// Copies pieces of input 0 to each output.
final class PieceKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let lists: [AlignedBuffer]
  private let counts: [Int]
  private let width: Int
  private let filler: [UInt8]
  /// The filler's byte when all of its bytes are the same, as in zero.
  private let uniformByte: UInt8?

  init(
    _ lists: [[Piece]],
    _ width: Int,
    _ filler: Tensor?,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name
    self.width = width
    counts = lists.map(\.count)
    var buffers: [AlignedBuffer] = []
    for list in lists { buffers.append(try AlignedBuffer(list)) }
    self.lists = buffers
    let bytes = filler?.withBytes { Array($0) } ?? [UInt8](repeating: 0, count: width)
    self.filler = bytes
    uniformByte = bytes.allSatisfy { $0 == bytes[0] } ? bytes.first : nil
  }

  var packedByteCount: Int { lists.reduce(0) { $0 + $1.byteCount } }

  func run(_ context: StepContext) {
    guard let x = context.inputs[0] else { return }
    for (index, list) in lists.enumerated() where counts[index] > 0 {
      guard let y = context.outputs[index] else { continue }
      let pieces = list.base.assumingMemoryBound(to: Piece.self)
      copy(UnsafeBufferPointer(start: pieces, count: counts[index]), x, y)
    }
  }

  private func copy(
    _ pieces: UnsafeBufferPointer<Piece>,
    _ x: UnsafeMutableRawPointer,
    _ y: UnsafeMutableRawPointer
  ) {
    var target = y
    for piece in pieces {
      let byteCount = Int(piece.count) * width
      if piece.source < 0 {
        fill(target, Int(piece.count))
      } else if piece.count == 1, width == 4 {
        target.storeBytes(
          of: x.loadUnaligned(fromByteOffset: Int(piece.source) * 4, as: UInt32.self),
          as: UInt32.self
        )
      } else {
        target.copyMemory(from: x + Int(piece.source) * width, byteCount: byteCount)
      }
      target += byteCount
    }
  }

  private func fill(_ target: UnsafeMutableRawPointer, _ count: Int) {
    if let byte = uniformByte {
      target.initializeMemory(as: UInt8.self, repeating: byte, count: count * width)
      return
    }
    filler.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for index in 0..<count {
        (target + index * width).copyMemory(from: base, byteCount: width)
      }
    }
  }
}
