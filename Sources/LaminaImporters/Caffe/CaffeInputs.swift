import LaminaCore

extension CaffeGraphBuilder {
  /// Layers that bring data; what a database holds and the net does not say is an unknown length.
  static let inputs: [CaffeRule] = [
    CaffeRule("Input", .input { try shapes($0, $0.parameter.inputParam.shape) }),
    CaffeRule("Data", .input(data)),
    CaffeRule("AnnotatedData", .input(data)),
    CaffeRule("VideoData", .input(data)),
    CaffeRule("ImageData", .input(imageData)),
    CaffeRule("ImageSegData", .input(imageData)),
    CaffeRule("MemoryData", .input(memoryData)),
    CaffeRule("WindowData", .input(windowData)),
    CaffeRule(
      "HDF5Data",
      .input { [[Int($0.parameter.hdf5DataParam.batchSize)]].map { $0 + [-1] } }
    ),
    CaffeRule("DummyData", .input(dummyData)),
    CaffeRule(
      "Parameter",
      lowering: { layer in
        let dims = try shapes(layer, [layer.parameter.parameterParam.shape])[0]
        try layer.passThrough(layer.weight(0, dims, "values"))
      }
    ),
  ]

  private static func shapes(_ layer: CaffeLayer, _ shapes: [CaffeBlobShape]) throws -> [[Int]] {
    try shapes.map { shape in
      try shape.dim.map { dim in
        guard let length = Int(exactly: dim), length >= 0, length <= Int(Int32.max) else {
          throw layer.invalid("lengths of 32 bits", "\(dim)")
        }
        return length
      }
    }
  }

  /// A length that the file leaves out.
  private static func length(_ value: UInt32) -> Int { value == 0 ? Shape.unknown : Int(value) }

  /// Pictures, which a crop makes square, then one label each.
  private static func pictures(
    _ layer: CaffeLayer,
    batch: UInt32,
    channels: Int,
    height: UInt32,
    width: UInt32
  ) -> [[Int]] {
    let crop = layer.parameter.transformParam.cropSize
    let batch = length(batch)
    return [
      [batch, channels, length(crop > 0 ? crop : height), length(crop > 0 ? crop : width)], [batch],
    ]
  }

  /// How many channels the first convolution of the data takes, by its weights, or by the means.
  private static func channels(_ layer: CaffeLayer) -> Int {
    let means = layer.parameter.transformParam.meanValue.count
    if means > 1 { return means }
    for reader in layer.builder.model.layers.prefix(256) where reader.type == "Convolution" {
      guard let top = layer.tops.first, reader.bottom.first == top,
        let lengths = layer.builder.blob(0, of: reader)?.lengths, lengths.count > 1
      else { continue }
      return lengths[1] * max(1, Int(reader.convolutionParam.group))
    }
    return Shape.unknown
  }

  @Sendable private static func data(_ layer: CaffeLayer) -> [[Int]] {
    let data = layer.parameter.dataParam
    let channels = channels(layer)
    return pictures(
      layer,
      batch: data.batchSize,
      channels: channels,
      height: data.cropSize,
      width: data.cropSize
    )
  }

  @Sendable private static func imageData(_ layer: CaffeLayer) -> [[Int]] {
    let data = layer.parameter.imageDataParam
    return pictures(
      layer,
      batch: data.batchSize,
      channels: data.isColor ? 3 : 1,
      height: data.cropSize > 0 ? data.cropSize : data.newHeight,
      width: data.cropSize > 0 ? data.cropSize : data.newWidth
    )
  }

  @Sendable private static func memoryData(_ layer: CaffeLayer) -> [[Int]] {
    let data = layer.parameter.memoryDataParam
    return pictures(
      layer,
      batch: data.batchSize,
      channels: length(data.channels),
      height: data.height,
      width: data.width
    )
  }

  @Sendable private static func windowData(_ layer: CaffeLayer) -> [[Int]] {
    let data = layer.parameter.windowDataParam
    return pictures(
      layer,
      batch: data.batchSize,
      channels: 3,
      height: data.cropSize,
      width: data.cropSize
    )
  }

  @Sendable private static func dummyData(_ layer: CaffeLayer) throws -> [[Int]] {
    let data = layer.parameter.dummyDataParam
    if !data.shape.isEmpty { return try shapes(layer, data.shape) }
    func at(_ list: [UInt32], _ index: Int) -> Int {
      list.isEmpty ? Shape.unknown : length(list[min(index, list.count - 1)])
    }
    return layer.tops.indices.prefix(64).map { index in
      [data.num, data.channels, data.height, data.width].map { at($0, index) }
    }
  }
}
