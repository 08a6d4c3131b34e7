import LaminaCore

/// Weights of a convolution in the order in which the reference reads them: tap×I/g×O.
struct ConvWeights<Element: FloatElement> {
  let elements: [Element]
  let groups: Int
  /// Input channels of one group.
  let inputs: Int
  /// Output channels of all groups.
  let outputs: Int

  init(
    _ w: Tensor,
    _ layout: ConvWeightLayout,
    groups: Int,
    in type: Element.Type
  ) throws {
    let axes = layout.axes(rank: w.shape.rank)
    let strides = w.shape.strides
    let spatial = axes.spatial..<axes.spatial + w.shape.rank - 2
    self.groups = groups
    inputs = w.shape[axes.input]
    outputs = w.shape[axes.output]
    let (inputs, outputs) = (inputs, outputs)
    elements = try w.rounded(to: Element.dtype).withElements(of: type) { source in
      var packed: [Element] = []
      packed.reserveCapacity(source.count)
      for tap in MixedRadix(Array(w.shape.dims[spatial])) {
        let start = zip(tap, strides[spatial]).reduce(0) { $0 + $1.0 * $1.1 }
        for input in 0..<inputs {
          let line = start + input * strides[axes.input]
          for output in 0..<outputs { packed.append(source[line + output * strides[axes.output]]) }
        }
      }
      return packed
    }
  }

  /// Slides the weights over a padded N×spatial×C tensor; returns N×positions×O.
  func slide(
    over x: Tensor,
    _ window: Window,
    positions: [Int],
    bias: [Element]?
  ) throws -> Tensor {
    let image = try ImageShape(x.shape, .channelsLast)
    let shape = ChannelLayout.channelsLast.shape(
      batch: image.batch,
      channels: outputs,
      spatial: positions
    )
    return try x.withElements(of: Element.self) { source in
      try Tensor.build(shape, of: Element.self) { target in
        guard let input = source.baseAddress, let output = target.baseAddress else { return }
        if let bias, !bias.isEmpty {
          for index in target.indices { target[index] = bias[index % outputs] }
        }
        guard !target.isEmpty, !source.isEmpty else { return }
        addLines(ImageLines(x.shape, .channelsLast), input, window, positions, output)
      }
    }
  }

  /// Adds every tap's products line by line along the last spatial axis.
  private func addLines(
    _ x: ImageLines,
    _ input: UnsafePointer<Element>,
    _ window: Window,
    _ positions: [Int],
    _ output: UnsafeMutablePointer<Element>
  ) {
    let last = positions.count - 1
    let taps = MixedRadix(window.size).map { tap in
      tap.indices.reduce(0) { $0 + tap[$1] * window.dilations[$1] * x.strides[$1] }
    }
    let step = window.strides[last] * x.strides[last]
    var line = output
    for batch in 0..<x.batch {
      for index in MixedRadix(Array(positions.dropLast())) {
        let start = index.indices.reduce(batch * x.batchStride) {
          $0 + index[$1] * window.strides[$1] * x.strides[$1]
        }
        elements.withUnsafeBufferPointer { weights in
          guard let weights = weights.baseAddress else { return }
          for (tap, offset) in taps.enumerated() {
            addTap(
              positions[last],
              input + start + offset,
              step,
              weights + tap * inputs * outputs,
              line
            )
          }
        }
        line += positions[last] * outputs
      }
    }
  }

  /// Adds the products of one tap for a line of `count` positions.
  private func addTap(
    _ count: Int,
    _ x: UnsafePointer<Element>,
    _ step: Int,
    _ w: UnsafePointer<Element>,
    _ y: UnsafeMutablePointer<Element>
  ) {
    let groupOutputs = outputs / groups
    if inputs == 1 && groupOutputs == 1 {
      for position in 0..<count {
        let (a, c) = (x + position * step, y + position * outputs)
        for channel in 0..<outputs { c[channel] += a[channel] * w[channel] }
      }
      return
    }
    for group in 0..<groups {
      addProduct(
        rows: count,
        depth: inputs,
        columns: groupOutputs,
        x + group * inputs,
        step,
        w + group * groupOutputs,
        outputs,
        y + group * groupOutputs,
        outputs
      )
    }
  }
}
