import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Borders and other sizes of images.
  static let images: [TorchRule] = [
    TorchRule("aten::pad") { call in
      try pad(
        call,
        mode: call.string(2, "mode", default: "constant"),
        value: call.value(3, "value")
      )
    },
    TorchRule("aten::constant_pad_nd") { try pad($0, mode: "constant", value: $0.value(2)) },
    TorchRule("aten::reflection_pad1d") { try pad($0, mode: "reflect", value: .none) },
    TorchRule("aten::reflection_pad2d") { try pad($0, mode: "reflect", value: .none) },
    TorchRule("aten::replication_pad1d") { try pad($0, mode: "replicate", value: .none) },
    TorchRule("aten::replication_pad2d") { try pad($0, mode: "replicate", value: .none) },
    TorchRule("aten::upsample_nearest1d") { try resize($0, .nearest, 1, scalesAt: 2, aligns: nil) },
    TorchRule("aten::upsample_nearest2d") { try resize($0, .nearest, 2, scalesAt: 2, aligns: nil) },
    TorchRule("aten::upsample_nearest3d") { try resize($0, .nearest, 3, scalesAt: 2, aligns: nil) },
    TorchRule("aten::upsample_linear1d") { try resize($0, .linear, 1, scalesAt: 3, aligns: 2) },
    TorchRule("aten::upsample_bilinear2d") { try resize($0, .linear, 2, scalesAt: 3, aligns: 2) },
    TorchRule("aten::upsample_trilinear3d") { try resize($0, .linear, 3, scalesAt: 3, aligns: 2) },
    TorchRule("aten::upsample_bicubic2d") { try resize($0, .cubic, 2, scalesAt: 3, aligns: 2) },
    TorchRule("aten::grid_sampler", gridSample),
    TorchRule("aten::affine_grid_generator") { call in
      let size = try call.interpreter.ints(call.value(1).items ?? [], call)
      let op = AffineGrid(alignsCorners: try call.bool(2, default: false))
      return .tensor(try call.node(op, [try call.tensor(0), size]))
    },
  ]

  /// Pads come in pairs from the last axis on.
  private static func pad(_ call: TorchCall, mode: String, value: TorchValue) throws -> TorchValue {
    let x = try call.tensor(0)
    guard let pads = call.value(1, "pad").items else { throw call.invalid(1, "a list of pads") }
    let modes: [String: Pad.Mode] = [
      "constant": .constant, "reflect": .reflect, "replicate": .edge, "circular": .wrap,
    ]
    guard let kind = modes[mode], pads.count % 2 == 0 else {
      throw call.unsupported("mode \(mode)")
    }
    let count = pads.count / 2
    if kind != .constant { try call.interpreter.need(x, rank: count + 2, isGuess: true) }
    let rank = try call.interpreter.rank(of: x)
    guard count <= rank else { throw call.invalid(1, "at most \(rank) pairs") }
    var before = [TorchValue](repeating: .int(0), count: rank)
    var after = before
    for pair in 0..<count {
      before[rank - 1 - pair] = pads[pair * 2]
      after[rank - 1 - pair] = pads[pair * 2 + 1]
    }
    let fill = value.isNone ? nil : call.interpreter.real(value)
    let all = before + after
    let known = all.compactMap { call.interpreter.int($0) }
    if known.count == all.count {
      return .tensor(try call.node(Pad(mode: kind, pads: known, value: fill), [x]))
    }
    let numbers = try call.interpreter.ints(all, call)
    return .tensor(try call.node(Pad(mode: kind, value: fill), [x, numbers]))
  }

  /// Resizes the spatial axes, to lengths or by factors.
  private static func resize(
    _ call: TorchCall,
    _ mode: Resize.Mode,
    _ rank: Int,
    scalesAt index: Int,
    aligns: Int?
  ) throws -> TorchValue {
    let x = try call.tensor(0)
    try call.interpreter.need(x, rank: rank + 2)
    let isAligned = try aligns.map { try call.bool($0, default: false) } ?? false
    let coordinates: Resize.Coordinates =
      mode == .nearest ? .asymmetric : isAligned ? .alignCorners : .halfPixel
    let op = Resize(
      mode: mode,
      coordinates: coordinates,
      rounding: .floor,
      axes: Array(2..<rank + 2)
    )
    var scales: [Double] = []
    for value in call.value(index).items ?? Array(call.arguments.dropFirst(index)) {
      if let scale = call.interpreter.real(value) { scales.append(scale) }
    }
    if call.value(1).isNone || call.interpreter.int(call.value(1).items?.first ?? .none) == nil,
      scales.count == rank
    {
      if isAligned {
        let lengths = try call.interpreter.ints(scaled(x, by: scales, call), call)
        return .tensor(try call.node(op, [x, nil, nil, lengths]))
      }
      let factors = call.graph.constant(try Tensor(.float32, [rank], rounding: scales))
      return .tensor(try call.node(op, [x, nil, factors, nil]))
    }
    guard let items = call.value(1).items, items.count == rank else {
      throw call.invalid(1, "\(rank) lengths")
    }
    return .tensor(try call.node(op, [x, nil, nil, try call.interpreter.ints(items, call)]))
  }

  /// The lengths of the spatial axes times their factors, rounded down.
  private static func scaled(
    _ x: TorchTensor,
    by scales: [Double],
    _ call: TorchCall
  ) throws -> [TorchValue] {
    try scales.enumerated().map { place, scale in
      let length = try size(of: x, axis: place + 2, call)
      let product = try arithmetic(call, .mul, length, .double(scale))
      return try call.interpreter.callOperator("aten::floor", [product])
    }
  }

  private static func gridSample(_ call: TorchCall) throws -> TorchValue {
    let modes: [GridSample.Mode] = [.linear, .nearest, .cubic]
    let paddings: [GridSample.Padding] = [.zeros, .border, .reflection]
    let (mode, padding) = (try call.int(2, default: 0), try call.int(3, default: 0))
    guard modes.indices.contains(mode), paddings.indices.contains(padding) else {
      throw call.invalid(2, "a known mode")
    }
    let op = GridSample(
      mode: modes[mode],
      padding: paddings[padding],
      alignsCorners: try call.bool(4, default: false)
    )
    return .tensor(try call.node(op, [try call.tensor(0), try call.tensor(1)]))
  }
}
