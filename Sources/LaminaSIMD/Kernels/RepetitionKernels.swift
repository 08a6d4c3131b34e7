import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Movement of operands that are repeated to one shape; elements of any width.
enum RepetitionKernels {
  static func expand(_ op: Expand, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    try request.requireSameCodes()
    let (x, y) = (try request.input(0), try request.output())
    return try RepetitionKernel(
      RepeatedLines([x.shape], to: y.shape),
      width: y.dtype.byteCount,
      request
    )
  }

  static func select(_ op: Where, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    let operands = [try request.input(0), try request.input(1), try request.input(2)]
    let y = try request.output()
    guard operands[0].dtype == .bool, y.dtype != .string,
      operands[1...].allSatisfy({ $0.dtype == y.dtype && $0.quantization == y.quantization })
    else { throw Refusal("the elements change as they move") }
    return try SelectionKernel(
      RepeatedLines(operands.map(\.shape), to: y.shape),
      width: y.dtype.byteCount,
      request
    )
  }

  static func checkWidth(_ width: Int) throws(Refusal) {
    guard [1, 2, 4, 8].contains(width) else { throw Refusal("an element has \(width) bytes") }
  }
}

/// Repeats input 0.
final class RepetitionKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let lines: RepeatedLines
  private let width: Int

  init(_ lines: RepeatedLines, width: Int, _ request: KernelRequest) throws(Refusal) {
    try RepetitionKernels.checkWidth(width)
    name = request.name
    (self.lines, self.width) = (lines, width)
  }

  func run(_ context: StepContext) {
    switch width {
    case 1: copy(UInt8.self, context)
    case 2: copy(UInt16.self, context)
    case 4: copy(UInt32.self, context)
    default: copy(UInt64.self, context)
    }
  }

  private func copy<Unit: BitwiseCopyable>(_: Unit.Type, _ context: StepContext) {
    guard let x = context.inputs[0]?.assumingMemoryBound(to: Unit.self),
      let y = context.outputs[0]?.assumingMemoryBound(to: Unit.self), lines.length > 0
    else { return }
    let (length, repeats) = (lines.length, lines.steps[0] == 0)
    context.forParts(of: lines.count, work: lines.count * length) { part in
      lines.forEach(in: part) { line, offsets in
        let from = x + offsets[0]
        if repeats {
          (y + line * length).update(repeating: from.pointee, count: length)
        } else {
          (y + line * length).update(from: from, count: length)
        }
      }
    }
  }
}

/// Takes each element from input 1 or input 2, as input 0 says.
final class SelectionKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let lines: RepeatedLines
  private let width: Int

  init(_ lines: RepeatedLines, width: Int, _ request: KernelRequest) throws(Refusal) {
    try RepetitionKernels.checkWidth(width)
    name = request.name
    (self.lines, self.width) = (lines, width)
  }

  func run(_ context: StepContext) {
    switch width {
    case 1: select(UInt8.self, context)
    case 2: select(UInt16.self, context)
    case 4: select(UInt32.self, context)
    default: select(UInt64.self, context)
    }
  }

  @inline(__always)
  private func select<Unit: BitwiseCopyable>(_: Unit.Type, _ context: StepContext) {
    guard let condition = context.bytes(input: 0),
      let a = context.inputs[1]?.assumingMemoryBound(to: Unit.self),
      let b = context.inputs[2]?.assumingMemoryBound(to: Unit.self),
      let y = context.outputs[0]?.assumingMemoryBound(to: Unit.self), lines.length > 0
    else { return }
    context.forParts(of: lines.count, work: lines.count * lines.length) { part in
      lines.forEach(in: part) { line, offsets in
        selectLine(
          condition + offsets[0],
          a + offsets[1],
          b + offsets[2],
          y + line * lines.length
        )
      }
    }
  }

  @inline(__always)
  private func selectLine<Unit: BitwiseCopyable>(
    _ condition: UnsafePointer<UInt8>,
    _ a: UnsafePointer<Unit>,
    _ b: UnsafePointer<Unit>,
    _ y: UnsafeMutablePointer<Unit>
  ) {
    let (length, steps) = (lines.length, lines.steps)
    if steps[0] == 0 {
      let (chosen, step) = condition.pointee != 0 ? (a, steps[1]) : (b, steps[2])
      if step == 0 {
        y.update(repeating: chosen.pointee, count: length)
      } else {
        y.update(from: chosen, count: length)
      }
      return
    }
    switch (steps[1], steps[2]) {
    case (0, 0):
      let (yes, no) = (a.pointee, b.pointee)
      for index in 0..<length { y[index] = condition[index] != 0 ? yes : no }
    case (0, _):
      let yes = a.pointee
      for index in 0..<length {
        let no = b[index]
        y[index] = condition[index] != 0 ? yes : no
      }
    case (_, 0):
      let no = b.pointee
      for index in 0..<length {
        let yes = a[index]
        y[index] = condition[index] != 0 ? yes : no
      }
    default:
      for index in 0..<length {
        let (yes, no) = (a[index], b[index])
        y[index] = condition[index] != 0 ? yes : no
      }
    }
  }
}
