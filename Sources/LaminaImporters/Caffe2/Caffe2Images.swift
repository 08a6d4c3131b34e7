import LaminaCore
import LaminaOperators

extension Caffe2GraphBuilder {
  /// Operators that change the size of pictures.
  static let images: [Caffe2Rule] = [
    Caffe2Rule("ResizeNearest", lowering: { try resize($0, .nearest, .asymmetric) }),
    Caffe2Rule(
      "UpsampleNearest",
      lowering: { node in
        let scale = Float(try node.int("scale", default: 2))
        try node.emit(Upsample(scales: [1, 1, scale, scale]), [node.input(0)])
      }
    ),
    Caffe2Rule("UpsampleBilinear", lowering: { try resize($0, .linear, .alignCorners) }),
  ]

  private static func resize(
    _ node: Caffe2Node,
    _ mode: Resize.Mode,
    _ coordinates: Resize.Coordinates
  ) throws {
    guard node.inputCount == 1 else { throw Caffe2Unsupported(reason: "scales that are data") }
    let isFirst = try node.layout() == .channelsFirst
    let scales = [
      try node.float("height_scale", default: 1), try node.float("width_scale", default: 1),
    ]
    let op = Resize(
      mode: mode,
      coordinates: coordinates,
      rounding: .floor,
      axes: isFirst ? [2, 3] : [1, 2]
    )
    try node.emit(op, [node.input(0), nil, node.constant(Tensor([2], scales), "scales")])
  }
}
