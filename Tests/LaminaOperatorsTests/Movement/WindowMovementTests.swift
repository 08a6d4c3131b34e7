import LaminaCore
import LaminaOperators
import Testing

/// Random shapes and attributes: legal ones against the formula, illegal ones refused.
@Suite("Windows, dilation and their reductions") struct WindowMovementTests {
  private let seed: UInt64 = 20_261_121

  /// A fixed sequence of numbers.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  @Test("windows combine what the formula says, along random lines")
  func reducesWindows() throws {
    var numbers = Numbers(state: seed)
    for round in 0..<200 {
      let (length, size) = (
        Int.random(in: 0...9, using: &numbers), Int.random(in: 0...4, using: &numbers)
      )
      let (stride, dilation) = (
        Int.random(in: -1...3, using: &numbers), Int.random(in: 0...3, using: &numbers)
      )
      let values = (0..<length).map { _ in Int32.random(in: -9...9, using: &numbers) }
      let window = ReduceWindow.Sizes(size: [size], strides: [stride], dilations: [dilation])
      let op = ReduceWindow(.sum, window: window)
      let inputs: TensorInputs = [Tensor([length], values), Tensor([], [100 as Int32])]
      let text = "seed \(seed), round \(round): \(length) \(size) \(stride) \(dilation)"
      guard size > 0, stride > 0, dilation > 0 else {
        #expect(throws: ShapeError.self, "\(text)") { try op.evaluate(inputs) }
        continue
      }
      var expected: [Int] = []
      var start = 0
      while start + (size - 1) * dilation < length {
        expected.append((0..<size).reduce(100) { $0 + Int(values[start + $1 * dilation]) })
        start += stride
      }
      #expect(try op.evaluate(inputs)[0].ints() == expected, "\(text)")
    }
  }

  @Test("dilation puts elements where the formula says, along random lines")
  func dilates() throws {
    var numbers = Numbers(state: seed)
    for round in 0..<200 {
      let (length, step) = (
        Int.random(in: 0...6, using: &numbers), Int.random(in: -1...3, using: &numbers)
      )
      let (low, high) = (
        Int.random(in: -3...3, using: &numbers), Int.random(in: -3...3, using: &numbers)
      )
      let op = Dilate(steps: [step], low: [low], high: [high])
      let x = Tensor([length], (0..<Int32(length)).map { $0 + 1 })
      let inputs: TensorInputs = [x, Tensor([], [-7 as Int32])]
      let text = "seed \(seed), round \(round): \(length) \(step) \(low) \(high)"
      guard step > 0 else {
        #expect(throws: ShapeError.self, "\(text)") { try op.evaluate(inputs) }
        continue
      }
      let spread = length == 0 ? 0 : (length - 1) * step + 1
      let expected = (0..<max(low + spread + high, 0)).map { index in
        let place = index - low
        return place >= 0 && place < spread && place % step == 0 ? place / step + 1 : -7
      }
      #expect(try op.evaluate(inputs)[0].ints() == expected, "\(text)")
    }
  }

  @Test("gathered windows are moved to fit in; attributes that do not fit are refused")
  func gathersWindows() throws {
    let x = Tensor([5], [10, 11, 12, 13, 14] as [Int32])
    let starts = Tensor([3, 1], [1, 9, -4] as [Int32])
    let op = GatherWindows(
      offsetAxes: [1],
      collapsed: [],
      startMap: [0],
      tupleAxis: 1,
      windowSizes: [2]
    )
    #expect(try op.evaluate([x, starts])[0].ints() == [11, 12, 13, 14, 10, 11])
    for change in [[9], [-1], [2, 2]] {
      var illegal = op
      illegal.windowSizes = change
      #expect(throws: ShapeError.self) { try illegal.evaluate([x, starts]) }
    }
    for axis in [-1, 3] {
      var illegal = op
      illegal.tupleAxis = axis
      #expect(throws: ShapeError.self) { try illegal.evaluate([x, starts]) }
    }
    var illegal = op
    illegal.startMap = [1]
    #expect(throws: ShapeError.self) { try illegal.evaluate([x, starts]) }
  }

  @Test("scattered windows that do not fit in are left out")
  func scattersWindows() throws {
    let x = Tensor([4], [0, 0, 0, 0] as [Int32])
    let starts = Tensor([3, 1], [0, 3, 1] as [Int32])
    let updates = Tensor([3, 2], [1, 2, 5, 6, 10, 20] as [Int32])
    let op = ScatterWindows(
      reduction: .add,
      windowAxes: [1],
      inserted: [],
      startMap: [0],
      tupleAxis: 1
    )
    #expect(try op.evaluate([x, starts, updates])[0].ints() == [1, 12, 20, 0])
    var illegal = op
    illegal.windowAxes = []
    #expect(throws: ShapeError.self) { try illegal.evaluate([x, starts, updates]) }
  }
}
