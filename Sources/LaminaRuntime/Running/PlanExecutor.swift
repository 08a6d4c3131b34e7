import LaminaCore

/// Runs a plan: owns the arena and the tables of pointers.
///
/// One run at a time.
final class PlanExecutor {
  let plan: Plan
  private let arena: TensorStorage
  /// Pointers of all steps' inputs and outputs, one after the other.
  private let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let contexts: [StepContext]
  private let pool: ThreadPool
  /// Whether the last run had work for more than one thread.
  private var callsWorkers = true
  /// The memory of results given out, for each output; it is used again once nobody holds it,
  /// because the system takes longer to find new pages than most steps to fill them.
  private var given: [[TensorStorage]]

  /// Results kept for each output: one with the caller, one to fill.
  private static let keptResults = 2
  /// Bytes of a result above which its memory is not kept.
  private static let keptByteCount = 64 << 20

  /// - Throws: ``ShapeError/outOfMemory(bytes:limit:)`` when the arena is over the limit.
  init(_ plan: Plan, pool: ThreadPool) throws {
    self.plan = plan
    self.pool = pool
    given = [[TensorStorage]](repeating: [], count: plan.outputs.count)
    arena = try TensorStorage(byteCount: plan.arenaByteCount)
    Self.touch(arena)
    let count = plan.steps.reduce(0) { $0 + $1.inputs.count + $1.outputs.count }
    pointers = .allocate(capacity: max(count, 1))
    pointers.initialize(repeating: nil, count: max(count, 1))
    var next = pointers
    var contexts: [StepContext] = []
    for step in plan.steps {
      let inputs = next
      for place in step.inputs + step.outputs {
        next.pointee = Self.pointer(place, arena)
        next += 1
      }
      contexts.append(
        StepContext(
          inputs: inputs,
          outputs: inputs + step.inputs.count,
          scratch: arena.base + step.scratchOffset,
          pool: pool
        )
      )
    }
    self.contexts = contexts
  }

  deinit { pointers.deallocate() }

  /// Writes to each page, so that the first run does not wait for the system to find them.
  private static func touch(_ arena: TensorStorage) {
    for offset in stride(from: 0, to: arena.byteCount, by: 4096) {
      arena.base.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
    }
  }

  private static func pointer(
    _ place: Plan.Place,
    _ arena: TensorStorage
  ) -> UnsafeMutableRawPointer? {
    switch place {
    case .arena(let offset): arena.base + offset
    case .constant(let constant): UnsafeMutableRawPointer(mutating: constant.pointer)
    case .absent: nil
    }
  }

  /// Runs all steps.
  ///
  /// - Parameters:
  ///   - inputs: one tensor for each of the plan's inputs, of its type.
  ///   - profile: the steps' times are added to it.
  ///   - isCancelled: asked before each step.
  /// - Returns: one tensor for each of the plan's outputs.
  /// - Throws: ``RunError/cancelled``, or what a step's data caused.
  func run(
    _ inputs: [Tensor],
    _ profile: inout RunProfile,
    isCancelled: (() -> Bool)?
  ) throws -> [Tensor] {
    let called = now()
    if callsWorkers { pool.callUp() }
    let jobCount = pool.jobCount
    let start = now()
    profile.dispatchNanoseconds += start - called
    for (input, tensor) in zip(plan.inputs, inputs) {
      guard let target = Self.pointer(input.place, arena) else { continue }
      tensor.withBytes { bytes in
        if let base = bytes.baseAddress { target.copyMemory(from: base, byteCount: bytes.count) }
      }
    }
    var last = now()
    profile.copyNanoseconds += last - start
    var times = [Int](repeating: 0, count: plan.steps.count)
    for index in plan.steps.indices {
      if let isCancelled, isCancelled() { throw RunError.cancelled }
      let begin = now()
      try plan.steps[index].kernel?.run(contexts[index])
      let end = now()
      profile.dispatchNanoseconds += begin - last
      times[index] = end - begin
      last = end
    }
    callsWorkers = pool.jobCount != jobCount
    profile.append(plan.summaries, times)
    let begin = now()
    profile.dispatchNanoseconds += begin - last
    let outputs = try plan.outputs.indices.map(result)
    profile.copyNanoseconds += now() - begin
    return outputs
  }

  /// A copy of an output, which stays when the arena is written again.
  private func result(_ index: Int) throws -> Tensor {
    let output = plan.outputs[index]
    guard let byteCount = output.type.byteCount else {
      throw ShapeError.tooLarge(output.type.shape)
    }
    let storage = try storage(index, byteCount)
    if let source = Self.pointer(output.place, arena) {
      storage.base.copyMemory(from: source, byteCount: byteCount)
    }
    return try Tensor(output.type, storage: storage)
  }

  /// Memory for an output that nobody else holds.
  private func storage(_ index: Int, _ byteCount: Int) throws -> TensorStorage {
    for slot in given[index].indices where isKnownUniquelyReferenced(&given[index][slot]) {
      return given[index][slot]
    }
    let storage = try TensorStorage(byteCount: byteCount)
    if byteCount <= Self.keptByteCount, given[index].count < Self.keptResults {
      given[index].append(storage)
    }
    return storage
  }
}
