import LaminaCore

/// What a recurrent cell works on: one member of the batch at one step.
struct RecurrentCell<Element: FloatElement> {
  let hiddenSize: Int
  let gateCount: Int
  /// Sums of inputs and their biases, gate by gate; the cell may add to them.
  let sums: UnsafeMutablePointer<Element>
  /// The hidden state, which the cell replaces.
  let hidden: UnsafeMutablePointer<Element>
  /// The second state, which the cell replaces; the hidden one where there is no second.
  let carry: UnsafeMutablePointer<Element>
  /// Recurrent weights, hidden×gates, and biases for every gate.
  let weights: UnsafePointer<Element>
  let bias: [Element]
  let activations: [CellActivation]
  let peepholes: [Element]?
  let clip: Float?

  /// Adds state · weights + bias of some gates to `target`.
  func addRecurrent(
    _ state: UnsafePointer<Element>,
    gates: Range<Int>,
    to target: UnsafeMutablePointer<Element>
  ) {
    let width = gates.count * hiddenSize
    addProduct(
      rows: 1,
      depth: hiddenSize,
      columns: width,
      state,
      hiddenSize,
      weights + gates.lowerBound * hiddenSize,
      gateCount * hiddenSize,
      target,
      width
    )
    for index in 0..<width { target[index] += bias[gates.lowerBound * hiddenSize + index] }
  }

  /// Returns a function of a sum, which is limited first.
  func apply(_ function: Int, _ sum: Element) -> Element {
    var value = Double(sum)
    if let clip { value = min(max(value, -Double(clip)), Double(clip)) }
    return Element(activations[function].apply(value))
  }
}

extension RecurrentLayer {
  /// Runs a cell over all passes, steps and members of the batch.
  ///
  /// - Parameters:
  ///   - inputs: as ONNX orders them.
  ///   - type: the type to compute in.
  ///   - peepholes: the length of the eighth input for one pass.
  ///   - step: replaces the states of a cell.
  /// - Returns: all hidden states, then the last of each state.
  /// - Throws: ``ShapeError`` when inputs do not fit.
  func run<Element: FloatElement>(
    _ inputs: TensorInputs,
    in type: Element.Type,
    peepholes: Int = 0,
    _ step: (RecurrentCell<Element>) -> Void
  ) throws -> [Tensor] {
    let types = try outputTypes(inputs.types, peepholes: peepholes)
    let lengths = try lengths(inputs.types, peepholes: peepholes)
    let counts = try sequenceLengths(inputs, lengths)
    guard activations.count.isMultiple(of: direction.count) else {
      throw ShapeError.invalidAttribute(
        "activations",
        found: "\(activations.count)",
        expected: "as many for each direction"
      )
    }
    var all = try types[0].shape.zeros(type)
    var last = [[Element]](repeating: [], count: stateCount)
    let stateSize = lengths.batch * hiddenSize
    for pass in 0..<direction.count {
      let cells = try passage(pass, inputs, lengths, counts, type, peepholes: peepholes)
      let states = try run(cells, inputs, &all, step)
      for number in 0..<stateCount {
        last[number] += states[number * stateSize..<(number + 1) * stateSize]
      }
    }
    let finals = try zip(last, types.dropFirst()).map { state, type in
      try Tensor(type.shape, rounding: ordered(state, lengths), to: type.dtype)
    }
    return [try Tensor(types[0].shape, rounding: all, to: types[0].dtype)] + finals
  }

  /// What all cells of one pass share.
  private struct Passage<Element: FloatElement> {
    let number: Int
    let lengths: Lengths
    let counts: [Int]
    let bias: [Element]
    let activations: [CellActivation]
    let peepholes: [Element]?
  }

  private func passage<Element: FloatElement>(
    _ number: Int,
    _ inputs: TensorInputs,
    _ lengths: Lengths,
    _ counts: [Int],
    _ type: Element.Type,
    peepholes: Int
  ) throws -> Passage<Element> {
    let share = activations.count / direction.count
    let slice = try inputs.optional(7)?.elements(as: type)
    return Passage(
      number: number,
      lengths: lengths,
      counts: counts,
      bias: try biases(number, inputs.optional(3), type, isRecurrent: true),
      activations: Array(activations[number * share..<(number + 1) * share]),
      peepholes: slice.map { Array($0[number * peepholes..<(number + 1) * peepholes]) }
    )
  }

  /// Runs the cells of one pass.
  ///
  /// - Returns: the last of each state.
  private func run<Element: FloatElement>(
    _ passage: Passage<Element>,
    _ inputs: TensorInputs,
    _ all: inout [Element],
    _ step: (RecurrentCell<Element>) -> Void
  ) throws -> [Element] {
    let (number, lengths) = (passage.number, passage.lengths)
    var sums = try projected(number, inputs, lengths, Element.self)
    let weights = try recurrentWeights(number, inputs[2], Element.self)
    var states = try initialStates(number, inputs, lengths, Element.self)
    let stateSize = lengths.batch * hiddenSize
    sums.withUnsafeMutableBufferPointer { sums in
      states.withUnsafeMutableBufferPointer { states in
        weights.withUnsafeBufferPointer { weights in
          guard let sums = sums.baseAddress, let state = states.baseAddress,
            let weights = weights.baseAddress
          else { return }
          forEachCell(number, passage.counts, lengths) { position, member in
            let hidden = state + member * hiddenSize
            let cell = RecurrentCell(
              hiddenSize: hiddenSize,
              gateCount: gateCount,
              sums: sums + (position * lengths.batch + member) * gateCount * hiddenSize,
              hidden: hidden,
              carry: hidden + (stateCount - 1) * stateSize,
              weights: weights,
              bias: passage.bias,
              activations: passage.activations,
              peepholes: passage.peepholes,
              clip: clip
            )
            step(cell)
            let target = place(position, number, member, lengths)
            for index in 0..<hiddenSize { all[target + index] = hidden[index] }
          }
        }
      }
    }
    return states
  }

  /// Calls `body` with the position and member of every cell, in the order of the pass.
  private func forEachCell(
    _ pass: Int,
    _ counts: [Int],
    _ lengths: Lengths,
    _ body: (Int, Int) -> Void
  ) {
    let isReverse = direction == .reverse || pass == 1
    for order in 0..<lengths.steps {
      for member in 0..<lengths.batch where order < counts[member] {
        body(isReverse ? counts[member] - 1 - order : order, member)
      }
    }
  }

  /// Where the hidden state of a cell goes in the first output.
  private func place(_ position: Int, _ pass: Int, _ member: Int, _ lengths: Lengths) -> Int {
    let passes = direction.count
    let line =
      isBatchFirst
      ? (member * lengths.steps + position) * passes + pass
      : (position * passes + pass) * lengths.batch + member
    return line * hiddenSize
  }

  private func sequenceLengths(_ inputs: TensorInputs, _ lengths: Lengths) throws -> [Int] {
    guard let counts = try inputs.optional(4)?.ints() else {
      return [Int](repeating: lengths.steps, count: lengths.batch)
    }
    for count in counts where !(0...lengths.steps ~= count) {
      throw ShapeError.indexOutOfRange(count, length: lengths.steps + 1)
    }
    return counts
  }

  /// Returns inputs · weights + input biases of a pass: steps×batch×gates.
  private func projected<Element: FloatElement>(
    _ pass: Int,
    _ inputs: TensorInputs,
    _ lengths: Lengths,
    _ type: Element.Type
  ) throws -> [Element] {
    let (x, width) = (try inputs[0].elements(as: type), gateCount * hiddenSize)
    var rows: [Element] = []
    rows.reserveCapacity(x.count)
    for step in 0..<lengths.steps {
      for member in 0..<lengths.batch {
        let line = isBatchFirst ? member * lengths.steps + step : step * lengths.batch + member
        rows += x[line * lengths.inputs..<(line + 1) * lengths.inputs]
      }
    }
    let size = width * lengths.inputs
    let weights = Array(try inputs[1].elements(as: type)[pass * size..<(pass + 1) * size])
    let product = MatMul(transposesB: true)
    let sums = try product.evaluate([
      Tensor([lengths.steps * lengths.batch, lengths.inputs], rows),
      Tensor([width, lengths.inputs], weights),
    ])
    let bias = try biases(pass, inputs.optional(3), type, isRecurrent: false)
    return try sums[0].elements(of: type).enumerated().map { $1 + bias[$0 % width] }
  }

  /// Returns the recurrent weights of a pass, hidden×gates.
  private func recurrentWeights<Element: FloatElement>(
    _ pass: Int,
    _ r: Tensor,
    _ type: Element.Type
  ) throws -> [Element] {
    let (source, width) = (try r.elements(as: type), gateCount * hiddenSize)
    var result: [Element] = []
    result.reserveCapacity(width * hiddenSize)
    for input in 0..<hiddenSize {
      for output in 0..<width {
        result.append(source[(pass * width + output) * hiddenSize + input])
      }
    }
    return result
  }

  private func biases<Element: FloatElement>(
    _ pass: Int,
    _ b: Tensor?,
    _ type: Element.Type,
    isRecurrent: Bool
  ) throws -> [Element] {
    let width = gateCount * hiddenSize
    guard let source = try b?.elements(as: type) else {
      return [Element](repeating: 0, count: width)
    }
    let start = (2 * pass + (isRecurrent ? 1 : 0)) * width
    return Array(source[start..<start + width])
  }

  /// Returns the states of a pass before the first step, state×batch×hidden.
  private func initialStates<Element: FloatElement>(
    _ pass: Int,
    _ inputs: TensorInputs,
    _ lengths: Lengths,
    _ type: Element.Type
  ) throws -> [Element] {
    var result: [Element] = []
    for number in 0..<stateCount {
      guard let source = try inputs.optional(5 + number)?.elements(as: type) else {
        result += [Element](repeating: 0, count: lengths.batch * hiddenSize)
        continue
      }
      for member in 0..<lengths.batch {
        let line =
          isBatchFirst ? member * direction.count + pass : pass * lengths.batch + member
        result += source[line * hiddenSize..<(line + 1) * hiddenSize]
      }
    }
    return result
  }

  /// Puts last states, pass×batch×hidden, in the order of the outputs.
  private func ordered<Element>(_ state: [Element], _ lengths: Lengths) -> [Element] {
    guard isBatchFirst else { return state }
    var result: [Element] = []
    for member in 0..<lengths.batch {
      for pass in 0..<direction.count {
        let line = pass * lengths.batch + member
        result += state[line * hiddenSize..<(line + 1) * hiddenSize]
      }
    }
    return result
  }
}
