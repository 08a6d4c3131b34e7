import CLaminaKernels
import LaminaCore
import LaminaRuntime

/// Why a kernel does not take a step, as a sentence without a capital and a full stop.
struct Refusal: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

/// One way in which this backend computes an operator.
package struct Kernel: Sendable {
  /// What the elements of a step must be for a kernel.
  package enum Elements: Sendable {
    /// Floats in and out.
    case float32
    /// bfloat16 in and out.
    case brain
    /// 8-bit codes, one scale for each tensor, in and out.
    case bytes
    /// Anything: elements are moved or converted, the kernel checks them itself.
    case any
  }

  /// What a kernel can do as it stores its result.
  package struct Ends: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    /// It adds another tensor, or stores the codes of another scale.
    static let ending = Ends(rawValue: 1)
    /// It writes lines with gaps between them.
    static let stride = Ends(rawValue: 2)
  }

  /// The kernel's name after the operator's.
  package let name: String
  package let elements: Elements
  /// Whether the kernel applies a node's activation itself.
  let fusesActivation: Bool
  /// What else of the end of a step the kernel does itself.
  let ends: Ends
  /// The operator's type.
  let operatorID: ObjectIdentifier
  let make: @Sendable (any Operator, KernelRequest) throws(Refusal) -> Preparation

  /// A kernel that `make` prepares.
  init<Op: Operator>(
    _ type: Op.Type,
    _ elements: Elements,
    _ name: String,
    fusesActivation: Bool = false,
    ends: Ends = [],
    make: @escaping @Sendable (Op, KernelRequest) throws(Refusal) -> any PreparedKernel
  ) {
    self.init(type, elements, name, fusesActivation: fusesActivation, ends: ends) {
      (op: Op, request: KernelRequest) throws(Refusal) -> Preparation in
      .kernel(try make(op, request))
    }
  }

  /// A kernel or a view that `answer` decides on.
  init<Op: Operator>(
    _ type: Op.Type,
    _ elements: Elements,
    _ name: String,
    fusesActivation: Bool = false,
    ends: Ends = [],
    answer: @escaping @Sendable (Op, KernelRequest) throws(Refusal) -> Preparation
  ) {
    self.name = name
    self.elements = elements
    self.fusesActivation = fusesActivation
    self.ends = ends
    operatorID = ObjectIdentifier(type)
    make = { (op: any Operator, request: KernelRequest) throws(Refusal) -> Preparation in
      guard let op = op as? Op else { throw Refusal("the operator is another") }
      return try answer(op, request)
    }
  }
}

/// A step to prepare, with the kernels of the instruction set in use.
struct KernelRequest {
  let step: StepRequest
  let instructionSet: InstructionSet
  let kernels: lamina_kernels
  /// The name that the prepared kernel shows.
  let name: String

  var threadCount: Int { step.threadCount }

  /// The type of an input that must be there.
  func input(_ index: Int) throws(Refusal) -> TensorType {
    guard let type = step.inputs.optional(index) else { throw Refusal("input \(index) is absent") }
    return type
  }

  /// The type of the first output.
  func output() throws(Refusal) -> TensorType {
    guard let type = step.outputs.first ?? nil else { throw Refusal("nobody reads the output") }
    return type
  }

  /// The contents of an input that must be constant.
  func constant(_ index: Int, _ what: String) throws(Refusal) -> Tensor {
    guard let tensor = try input(index).contents else {
      throw Refusal("the \(what) are computed during the run")
    }
    return tensor
  }

  /// The real numbers of a constant, dequantized; `nil` when the input is absent.
  func floats(_ index: Int, _ what: String) throws(Refusal) -> [Float]? {
    guard step.inputs.optional(index) != nil else { return nil }
    let tensor = try constant(index, what)
    do {
      return try tensor.quantization == nil ? tensor.floats() : tensor.dequantized().floats()
    } catch { throw Refusal("the \(what) are not numbers") }
  }

  /// How a float kernel ends: the activation after the addition, or the node's own.
  var epilogue: Epilogue {
    Epilogue(step.ending == nil ? step.node.activation : step.ending?.activation)
  }

  /// The type of the node's own result, which is stored unless the step has an ending.
  func result() throws(Refusal) -> TensorType {
    if let ending = step.ending { return ending.result }
    return try output()
  }

  /// Where the addend of the step's ending is among the inputs; `nil` when nothing is added.
  var addendIndex: Int? { step.ending?.addend == nil ? nil : step.node.inputs.count }

  /// The addend, when the result can take its place.
  var overwritableAddend: [Int] {
    step.outputStride == nil ? addendIndex.map { [$0] } ?? [] : []
  }

  /// Elements from one line of the output to the next, when a line has so many.
  func outputStride(_ length: Int) -> Int { step.outputStride ?? length }
}

/// The end of a float kernel: a clamp, then a function.
struct Epilogue {
  var low = -Float.infinity
  var high = Float.infinity
  var function = lamina_unary_identity
  var alpha: Float = 0
  var beta: Float = 0

  init(_ activation: Activation?) {
    switch activation {
    case nil: break
    case .relu: low = 0
    case .clip(let least, let most): (low, high) = (least, most)
    case .tanh: function = lamina_unary_tanh
    case .sigmoid: function = lamina_unary_sigmoid
    case .leakyRelu(let slope): (function, alpha) = (lamina_unary_leaky_relu, slope)
    case .hardSwish: (function, alpha, beta) = (lamina_unary_hard_swish, 1 / 6, 0.5)
    case .silu: (function, alpha) = (lamina_unary_silu, 1)
    }
  }
}

extension Shape {
  /// The number of elements, which a planned step's shape has.
  func known() throws(Refusal) -> Int {
    guard let count = elementCount else { throw Refusal("the shape is not known") }
    return count
  }
}
