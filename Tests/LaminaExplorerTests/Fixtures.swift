import LaminaExplorer
import TerminalCells

/// A small network whose names have scopes: an entry, two blocks of three operators, an end.
func scopedModel() -> ModelFacts {
  var tensors = [TensorFacts(name: "image", role: .input, dtype: "float32", shape: [1, 8, 8, 3])]
  tensors[0].byteCount = 768
  var nodes: [NodeFacts] = []
  func add(_ name: String, _ type: String, shape: [Int?], weights: [Int?]?, macs: Int) {
    let input = tensors.count - 1
    let node = nodes.count
    var facts = NodeFacts(name: name, type: type, macCount: macs, bytesRead: 64, bytesWritten: 32)
    facts.attributes = [AttributeFacts("strides", "2x2")]
    let source = tensors.lastIndex { $0.role != .weight } ?? input
    facts.inputs = [source]
    tensors[source].consumers.append(node)
    if let weights {
      tensors.append(
        TensorFacts(
          name: name + "/weights",
          role: .weight,
          dtype: "float32",
          shape: weights,
          byteCount: 864,
          consumers: [node]
        )
      )
      facts.inputs.append(tensors.count - 1)
      facts.parameterCount = 216
    }
    tensors.append(
      TensorFacts(
        name: name,
        role: .activation,
        dtype: "float32",
        shape: shape,
        byteCount: 2048,
        producer: node
      )
    )
    facts.outputs = [tensors.count - 1]
    nodes.append(facts)
  }
  add("net/entry/conv", "Conv2D", shape: [1, 4, 4, 8], weights: [8, 3, 3, 3], macs: 3456)
  for block in 1...2 {
    add(
      "net/block\(block)/expand",
      "Conv2D",
      shape: [1, 4, 4, 16],
      weights: [16, 1, 1, 8],
      macs: 2048
    )
    add(
      "net/block\(block)/depthwise",
      "DepthwiseConv2D",
      shape: [1, 4, 4, 16],
      weights: [1, 3, 3, 16],
      macs: 2304
    )
    add("net/block\(block)/relu", "Relu", shape: [1, 4, 4, 16], weights: nil, macs: 0)
  }
  add("net/end/softmax", "Softmax", shape: [1, 10], weights: nil, macs: 0)
  tensors[tensors.count - 1].role = .output
  tensors[2].quantization = QuantizationFacts(scales: [0.5], zeroPoints: [3], axis: nil)
  return ModelFacts(
    path: "models/net.tflite",
    name: "net.tflite",
    format: "TensorFlow Lite 3",
    fileBytes: 12_345,
    nodes: nodes,
    tensors: tensors,
    inputs: [0],
    outputs: [tensors.count - 1],
    parameterCount: 1080,
    macCount: 12_160,
    weightBytes: 4320
  )
}

let settings = Settings(backend: "cpu", precision: "fp32", threadCount: 2)

let choices = Choices(
  backends: [
    Choice("cpu"), Choice("opencl", note: "no library", isAvailable: false), Choice("reference"),
  ],
  precisions: [Choice("fp32"), Choice("int8", note: "calibrated on the image")],
  threadLimit: 2
)

/// What runs of ``scopedModel()``: the activations are computed with the convolutions before them.
func plan(_ settings: Settings = settings) -> PlanFacts {
  let nodes = scopedModel().nodes
  let groups = [[0], [1], [2, 3], [4], [5, 6], [7]]
  let steps = groups.map { group in
    StepFacts(
      name: nodes[group[0]].name,
      type: nodes[group[0]].type,
      nodes: group,
      kernel: "rows",
      backend: group == [7] ? "reference" : settings.backend,
      askedBackend: settings.backend,
      fallbackReason: group == [7] ? "no kernel" : nil,
      precision: settings.precision,
      shape: "1x4x4x16",
      macCount: nodes[group[0]].macCount,
      byteCount: 96
    )
  }
  return PlanFacts(settings: settings, steps: steps, arenaBytes: 4096)
}

/// Times of ``plan(_:)``: 0.6 ms, of which the third step takes 0.3.
func profile(_ settings: Settings = settings, wall: Double = 0.61) -> ProfileFacts {
  let medians = [0.1, 0.05, 0.3, 0.05, 0.08, 0.02]
  var start = 0.0
  let timeline = medians.enumerated().map { index, length in
    defer { start += length }
    return TimelineEntry(step: index, start: start, length: length)
  }
  return ProfileFacts(
    settings: settings,
    runCount: 20,
    warmupCount: 2,
    wall: Times(p10: wall * 0.9, median: wall, p90: wall * 1.1),
    variation: 0.014,
    clock: "monotonic clock of the host",
    operatorMilliseconds: 0.6,
    copyMilliseconds: 0,
    dispatchMilliseconds: 0.01,
    reconciledMilliseconds: wall,
    steps: medians.map { Times(p10: $0 * 0.9, median: $0, p90: $0 * 1.1) },
    timeline: timeline
  )
}

func result(_ settings: Settings = settings, input: String = "cat.bmp") -> ResultFacts {
  ResultFacts(
    settings: settings,
    input: input,
    classes: [
      ClassFacts(index: 281, label: "tabby", score: 0.713),
      ClassFacts(index: 285, label: "Egyptian cat", score: 0.12),
    ],
    hasProbabilities: true,
    labelSource: "labels: ImageNet (guessed from 1000 classes)",
    outputs: [OutputFacts(name: "net/end/softmax", type: "1x10 float32", preview: "0.1 0.2")],
    preMilliseconds: 1.9,
    inferMilliseconds: 0.61,
    postMilliseconds: 0.03
  )
}

let image = ImageFacts(
  path: "photos/cat.bmp",
  size: Size(width: 640, height: 480),
  pixels: Array(repeating: RGB(200, 100, 50), count: 12),
  pixelSize: Size(width: 4, height: 3),
  preprocessing: ["→ 8x8 stretch, bilinear", "(byte − 127.5) × 0.00784, RGB"]
)

/// The explorer with ``scopedModel()`` open.
func explorer(_ width: Int = 80, _ height: Int = 24) -> ExplorerModel {
  var model = ExplorerModel(size: Size(width: width, height: height))
  model.now = "12:00:00"
  _ = update(&model, .opened(scopedModel(), choices, settings))
  return model
}

/// The explorer with ``scopedModel()`` open and measured.
func measuredExplorer(_ width: Int = 80, _ height: Int = 24) -> ExplorerModel {
  var model = explorer(width, height)
  _ = update(&model, .planned(plan()))
  _ = update(&model, .measured(profile()))
  _ = update(&model, .imageOpened(image))
  _ = update(&model, .ran(result()))
  return model
}

/// Presses keys one after the other and returns the effects of the last one.
@discardableResult
func press(_ keys: Key..., in model: inout ExplorerModel) -> [Effect] {
  var effects: [Effect] = []
  for key in keys { effects = update(&model, .terminal(.key(key))) }
  return effects
}

/// Types text, a key a character, and returns the effects of the last one.
@discardableResult
func type(_ text: String, in model: inout ExplorerModel) -> [Effect] {
  var effects: [Effect] = []
  for scalar in text.unicodeScalars {
    effects = update(&model, .terminal(.key(.character(scalar))))
  }
  return effects
}
