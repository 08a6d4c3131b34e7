import LaminaCore

/// What the layers that read an input tell of its type; files seldom state it.
struct NcnnInputHints {
  private let readers: [String: [NcnnLayer]]

  /// How far the search goes.
  private static let stepLimit = 64

  init(_ layers: [NcnnLayer]) {
    var readers: [String: [NcnnLayer]] = [:]
    for layer in layers {
      for blob in Set(layer.bottoms) { readers[blob, default: []].append(layer) }
    }
    self.readers = readers
  }

  /// Returns the type of a blob without a batch axis; an image where no layer tells.
  func type(of blob: String) -> TensorType {
    var open = [blob]
    var seen: Set<String> = [blob]
    while let name = open.first, seen.count < Self.stepLimit {
      open.removeFirst()
      for layer in readers[name] ?? [] {
        if let shape = Self.inputShape(of: layer) {
          return TensorType(layer.type == "Embed" ? .int32 : .float32, shape)
        }
        open += layer.tops.filter { seen.insert($0).inserted }
      }
    }
    return TensorType(.float32, [Shape.unknown, Shape.unknown, Shape.unknown])
  }

  /// The shape that a layer asks of its first input; `nil` when it takes any.
  private static func inputShape(of layer: NcnnLayer) -> Shape? {
    let any = Shape.unknown
    switch layer.type {
    case "Convolution", "ConvolutionDepthWise", "Deconvolution", "DeconvolutionDepthWise",
      "DeformableConv2D":
      let window = product(layer.int(1), layer.int(11, default: layer.int(1)))
      return [channels(layer, window), any, any]
    case "Convolution1D", "ConvolutionDepthWise1D", "Deconvolution1D", "DeconvolutionDepthWise1D":
      return [channels(layer, layer.int(1)), any]
    case "Convolution3D", "ConvolutionDepthWise3D", "Deconvolution3D", "DeconvolutionDepthWise3D":
      let sides = [1, 11, 21].map { layer.int($0, default: layer.int(1)) }
      return [channels(layer, product(product(sides[0], sides[1]), sides[2])), any, any, any]
    case "Pooling", "Interp", "PixelShuffle", "Reorg", "ShuffleChannel", "LRN", "Unfold":
      return [any, any, any]
    case "Embed": return [any]
    case "LSTM":
      return [any, share(layer.int(1), of: product(4, layer.int(3, default: layer.int(0))), layer)]
    case "GRU": return [any, share(layer.int(1), of: product(3, layer.int(0)), layer)]
    case "RNN": return [any, share(layer.int(1), of: layer.int(0), layer)]
    case "MultiHeadAttention": return [any, quotient(layer.int(2), layer.int(0))]
    case "InnerProduct": return [quotient(layer.int(2), layer.int(0))]
    case "LayerNorm", "RMSNorm": return [any, layer.int(0) > 0 ? layer.int(0) : any]
    case "Gemm", "MatMul": return [any, any]
    default: return nil
    }
  }

  /// The channels of the input that follow from the size of a convolution's weights.
  private static func channels(_ layer: NcnnLayer, _ window: Int) -> Int {
    let perGroup = quotient(layer.int(6), product(layer.int(0), window))
    guard perGroup > 0 else { return Shape.unknown }
    let groups = layer.type.contains("DepthWise") ? max(layer.int(7, default: 1), 1) : 1
    return product(perGroup, groups)
  }

  private static func share(_ size: Int, of rows: Int, _ layer: NcnnLayer) -> Int {
    quotient(size, product(rows, layer.int(2) == 2 ? 2 : 1))
  }

  private static func quotient(_ size: Int, _ part: Int) -> Int {
    part > 0 && size >= part ? size / part : Shape.unknown
  }

  private static func product(_ a: Int, _ b: Int) -> Int {
    let (result, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow || result > 1 << 31 ? 0 : result
  }
}
