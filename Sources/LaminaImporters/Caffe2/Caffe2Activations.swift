import LaminaCore
import LaminaOperators

extension Caffe2GraphBuilder {
  /// Functions of single elements.
  static let activations: [Caffe2Rule] = [
    Caffe2Rule("Relu") { _ in UnaryElementwise(.relu) },
    Caffe2Rule("ReluN") { node in Clip(low: 0, high: Double(try node.float("n", default: 6))) },
    Caffe2Rule("LeakyRelu") { node in
      UnaryElementwise(.leakyRelu(slope: Double(try node.float("alpha", default: 0.01))))
    },
    Caffe2Rule("PRelu", weights: [1], lowering: prelu),
    Caffe2Rule("Elu") { node in
      UnaryElementwise(.elu(alpha: Double(try node.float("alpha", default: 1))))
    },
    Caffe2Rule("Selu") { node in
      UnaryElementwise(
        .selu(
          alpha: Double(try node.float("alpha", default: 1.6732632)),
          gamma: Double(try node.float("scale", default: 1.050701))
        )
      )
    },
    Caffe2Rule("Sigmoid") { _ in UnaryElementwise(.sigmoid) },
    Caffe2Rule("HardSigmoid") { node in
      UnaryElementwise(
        .hardSigmoid(
          alpha: Double(try node.float("alpha", default: 0.2)),
          beta: Double(try node.float("beta", default: 0.5))
        )
      )
    },
    Caffe2Rule("Swish") { _ in UnaryElementwise(.swish(alpha: 1)) },
    Caffe2Rule("Gelu") { node in
      UnaryElementwise(try node.bool("fast_gelu") ? .geluTanh : .gelu)
    },
    Caffe2Rule("Tanh") { _ in UnaryElementwise(.tanh) },
    Caffe2Rule("Softplus") { _ in UnaryElementwise(.softplus) },
    Caffe2Rule("Softsign") { _ in UnaryElementwise(.softsign) },
    Caffe2Rule("Abs") { _ in UnaryElementwise(.abs) },
    Caffe2Rule("Ceil") { _ in UnaryElementwise(.ceil) },
    Caffe2Rule("Floor") { _ in UnaryElementwise(.floor) },
    Caffe2Rule("Cos") { _ in UnaryElementwise(.cos) },
    Caffe2Rule("Sin") { _ in UnaryElementwise(.sin) },
    Caffe2Rule("Exp") { _ in UnaryElementwise(.exp) },
    Caffe2Rule("Log") { _ in UnaryElementwise(.log) },
    Caffe2Rule("Negative") { _ in UnaryElementwise(.neg) },
    Caffe2Rule("Reciprocal") { _ in UnaryElementwise(.reciprocal) },
    Caffe2Rule("Rsqrt") { _ in UnaryElementwise(.rsqrt) },
    Caffe2Rule("Sign") { _ in UnaryElementwise(.sign) },
    Caffe2Rule("Sqr") { _ in UnaryElementwise(.square) },
    Caffe2Rule("Sqrt") { _ in UnaryElementwise(.sqrt) },
    Caffe2Rule("Not") { _ in UnaryElementwise(.not) },
    Caffe2Rule("Scale") { node in
      UnaryElementwise(.affine(alpha: Double(try node.float("scale", default: 1)), beta: 0))
    },
    Caffe2Rule("Clip") { node in
      Clip(
        low: Double(try node.float("min", default: -.greatestFiniteMagnitude)),
        high: Double(try node.float("max", default: .greatestFiniteMagnitude))
      )
    },
    Caffe2Rule("Softmax", lowering: softmax),
    Caffe2Rule("LogSoftmax") { LogSoftmax(axis: try $0.int("axis", default: 1), flattens: true) },
    Caffe2Rule("Cast") { node in
      let number = try node.int("to", default: 1)
      guard let dtype = Caffe2Fills.dtype(number) else {
        throw node.invalid("a known type", "\(number)")
      }
      return Cast(to: dtype)
    },
    Caffe2Rule("Alias") { _ in Identity() },
    Caffe2Rule("Copy") { _ in Identity() },
    Caffe2Rule("CopyCPUToGPU") { _ in Identity() },
    Caffe2Rule("CopyFromCPUInput") { _ in Identity() },
    Caffe2Rule("CopyGPUToCPU") { _ in Identity() },
    Caffe2Rule("CopyToMPI") { _ in Identity() },
    Caffe2Rule("CopyToOpenGL") { _ in Identity() },
    Caffe2Rule("CopyFromOpenGL") { _ in Identity() },
    Caffe2Rule("Dropout") { _ in Identity() },
    Caffe2Rule("EnsureCPUOutput") { _ in Identity() },
    Caffe2Rule("EnsureDense") { _ in Identity() },
    Caffe2Rule("StopGradient") { _ in Identity() },
  ]

  /// A slope for each channel, or one for all.
  @Sendable private static func prelu(_ node: Caffe2Node) throws {
    guard let slope = node.constantInput(1), slope.count > 1,
      try node.layout() == .channelsFirst
    else { return try node.emit(PRelu(), node.allInputs()) }
    let ones = [Int](repeating: 1, count: max(try node.rank() - 2, 0))
    let spread = node.constant(try slope.reshaped(to: Shape([slope.count] + ones)), "slope")
    try node.emit(PRelu(), [node.input(0), spread])
  }

  /// Axes from the given one on are one line.
  ///
  /// A map of scores without an axis given is taken along its channels: it comes from detectors
  /// that were converted from Caffe, where it means that.
  @Sendable private static func softmax(_ node: Caffe2Node) throws {
    if !node.has("axis"), node.shape().isRanked, node.shape().rank == 4 {
      return try node.emit(Softmax(axis: 1), [node.input(0)])
    }
    let axis = try node.int("axis", default: 1)
    try node.emit(Softmax(axis: axis, flattens: true), [node.input(0)])
  }
}
