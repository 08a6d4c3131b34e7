import LaminaCore
import LaminaOperators

extension Caffe2GraphBuilder {
  /// Windows that sum up what they see; padding counts only where the file says so.
  static let poolings: [Caffe2Rule] = [
    Caffe2Rule("MaxPool", lowering: { try pool($0, isMax: true) }),
    Caffe2Rule("MaxPool1D", lowering: { try pool($0, isMax: true) }),
    Caffe2Rule("MaxPool2D", lowering: { try pool($0, isMax: true) }),
    Caffe2Rule("AveragePool", lowering: { try pool($0, isMax: false) }),
    Caffe2Rule("AveragePool1D", lowering: { try pool($0, isMax: false) }),
    Caffe2Rule("AveragePool2D", lowering: { try pool($0, isMax: false) }),
    Caffe2Rule("LpPool") { node in
      LpPool(
        window: try window(node, roundsUpIfLegacy: true),
        layout: try node.layout(),
        power: Int(try node.float("p", default: 2).clamped(to: 1...64))
      )
    },
    Caffe2Rule("RoIPool") { node in
      MaxRoiPool(
        pooledShape: [
          try node.int("pooled_h", default: 1), try node.int("pooled_w", default: 1),
        ],
        spatialScale: try node.float("spatial_scale", default: 1)
      )
    },
  ]

  private static func pool(_ node: Caffe2Node, isMax: Bool) throws {
    let layout = try node.layout()
    if try node.bool("global_pooling") {
      return try node.emit(GlobalPool(isMax ? .max : .average, layout: layout), [node.input(0)])
    }
    let window = try window(node, roundsUpIfLegacy: true)
    if isMax { return try node.emit(MaxPool(window: window, layout: layout), [node.input(0)]) }
    let countsPadding = try node.bool("count_include_pad")
    let op = AveragePool(window: window, layout: layout, countsPadding: countsPadding)
    try node.emit(op, [node.input(0)])
  }
}

extension Float {
  fileprivate func clamped(to range: ClosedRange<Float>) -> Float {
    isNaN ? range.lowerBound : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
