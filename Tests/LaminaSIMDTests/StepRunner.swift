import LaminaCore
import LaminaOperators
import LaminaRuntime
import LaminaSIMD
import Testing

/// One node with its data, to be run by the reference and by the cpu backend.
struct StepCase {
  var op: any Operator
  var inputs: [Tensor?]
  /// Which inputs are known before the run.
  var constants: Set<Int> = [1, 2, 3, 4]
  var activation: Activation?
  /// The quantization of the first output, when it is of codes.
  var quantization: (dtype: DataType, Quantization)?
  var tolerance: Double = 1e-4
  /// Quanta by which codes may differ.
  var quanta = 1

  /// The types of the outputs; the first takes the quantization asked for.
  func outputTypes() throws -> [TensorType] {
    let reals = TypeInputs(
      try inputs.map { tensor in
        guard let tensor else { return nil }
        let plain = tensor.quantization == nil ? tensor : try tensor.dequantized()
        return TensorType(plain.dtype, plain.shape, contents: plain)
      }
    )
    var types = try op.outputTypes(for: reals)
    if let quantization {
      types[0] = TensorType(quantization.dtype, types[0].shape, quantization: quantization.1)
    }
    return types
  }

  /// The same step with all numbers rounded to bfloat16; results may be its next neighbours.
  func inBrainFloat() throws -> StepCase {
    var step = self
    step.inputs = try inputs.map { try $0?.cast(to: .bfloat16) }
    step.tolerance = 0x1p-7
    return step
  }

  /// Runs both and compares; a refusal is a failure.
  func check(_ set: InstructionSet, threads: Int = 1, outputCount: Int = 1) throws {
    let types = try outputTypes().prefix(outputCount).map(Optional.some)
    let node = Node(
      id: NodeID(0),
      name: "step",
      op: op,
      inputs: inputs.indices.map { ValueID($0) },
      outputs: types.indices.map { ValueID(100 + $0) },
      activation: activation
    )
    let expected = try node.evaluate(TensorInputs(inputs), as: types)
    let outcome = try run(node, types, set, threads)
    for (index, pair) in zip(outcome, expected).enumerated() {
      try compare(pair.0, pair.1, "output \(index) on \(set)")
    }
  }

  private func run(
    _ node: Node,
    _ types: [TensorType?],
    _ set: InstructionSet,
    _ threads: Int
  ) throws -> [Tensor] {
    let inputTypes = inputs.enumerated().map { index, tensor -> TensorType? in
      guard var type = tensor?.type else { return nil }
      type.contents = constants.contains(index) ? tensor : nil
      return type
    }
    let request = StepRequest(
      node: node,
      inputs: TypeInputs(inputTypes),
      outputs: types,
      threadCount: threads
    )
    switch SIMDBackend(set).prepare(request) {
    case .refused(let reason): throw ShapeError.other("refused: \(reason)")
    case .view(let input):
      guard let tensor = inputs[input], let type = types[0] else { throw ShapeError.dependsOnData }
      return [try tensor.reshaped(to: type.shape).with(quantization: type.quantization)]
    case .kernel(let kernel): return try run(kernel, types, threads)
    }
  }

  /// Runs a kernel with guard bytes behind its working memory and its outputs.
  private func run(
    _ kernel: any PreparedKernel,
    _ types: [TensorType?],
    _ threads: Int
  ) throws -> [Tensor] {
    let count = inputs.count + types.count
    let table = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: count + 1)
    defer { table.deallocate() }
    let buffers = try inputs.map { try $0.map { try Guarded($0.byteCount, copying: $0) } }
    let results = try types.map { try $0.map { try Guarded($0.byteCount ?? 0) } }
    let scratch = try Guarded(kernel.scratchByteCount)
    for (index, buffer) in (buffers + results).enumerated() { table[index] = buffer?.base }
    let pool = ThreadPool(threadCount: threads)
    try kernel.run(
      StepContext(
        inputs: table,
        outputs: table + inputs.count,
        scratch: scratch.base,
        pool: pool
      )
    )
    for buffer in buffers + results + [scratch] {
      #expect(buffer?.isIntact != false, "\(kernel.name) wrote behind the end")
    }
    return try zip(types, results).compactMap { type, buffer in
      guard let type, let buffer else { return nil }
      return try buffer.tensor(type)
    }
  }

  private func compare(_ found: Tensor, _ expected: Tensor, _ what: String) throws {
    #expect(found.shape == expected.shape)
    #expect(found.dtype == expected.dtype)
    let (a, b) = (try found.doubles(), try expected.doubles())
    let scale = b.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
    let limit = expected.quantization == nil ? tolerance * scale : Double(quanta)
    let worst = zip(a, b).enumerated().max { difference($0.1) < difference($1.1) }
    guard let worst else { return }
    #expect(
      difference(worst.element) <= limit,
      "\(what): \(worst.element.0), not \(worst.element.1), at \(worst.offset) of \(found.shape)"
    )
  }

  private func difference(_ pair: (Double, Double)) -> Double {
    if pair.0.isNaN && pair.1.isNaN || pair.0 == pair.1 { return 0 }
    let distance = abs(pair.0 - pair.1)
    return distance.isNaN ? .infinity : distance
  }
}

/// Memory with a pattern behind it that must stay.
private final class Guarded {
  let base: UnsafeMutableRawPointer
  private let byteCount: Int
  private static let guardCount = 64

  init(_ byteCount: Int, copying tensor: Tensor? = nil) throws {
    self.byteCount = byteCount
    base = .allocate(byteCount: byteCount + Self.guardCount, alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0xA5, count: byteCount + Self.guardCount)
    tensor?.withBytes { bytes in
      if let source = bytes.baseAddress { base.copyMemory(from: source, byteCount: bytes.count) }
    }
  }

  deinit { base.deallocate() }

  var isIntact: Bool {
    (byteCount..<byteCount + Self.guardCount).allSatisfy {
      base.load(fromByteOffset: $0, as: UInt8.self) == 0xA5
    }
  }

  func tensor(_ type: TensorType) throws -> Tensor {
    var tensor = try Tensor(zeros: type.dtype, type.shape, quantization: type.quantization)
    tensor.withMutableBytes { target in
      target.copyMemory(from: UnsafeRawBufferPointer(start: base, count: target.count))
    }
    return tensor
  }
}

extension NumberSource {
  /// A float tensor of numbers in a range.
  mutating func tensor(_ shape: Shape, in range: ClosedRange<Float> = -1...1) -> Tensor {
    Tensor(shape, floats(shape.elementCount ?? 0, in: range))
  }

  /// A tensor of codes over the whole range of a type.
  mutating func codes(
    _ shape: Shape,
    _ dtype: DataType,
    _ quantization: Quantization
  ) throws -> Tensor {
    let range = dtype == .int8 ? -128...127 : 0...255
    let values = ints(shape.elementCount ?? 0, in: range).map(Double.init)
    return try Tensor(dtype, shape, rounding: values).with(quantization: quantization)
  }
}
