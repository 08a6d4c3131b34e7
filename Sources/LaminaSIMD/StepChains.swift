import LaminaCore
import LaminaOperators
import LaminaRuntime

// Which nodes run as one step, and which write their results side by side.

extension SIMDBackend {
  /// An addition runs in the step of the convolution or product that makes one of its operands.
  package func absorbableInputs(of node: Node) -> [Int] { node.isAddition ? [0, 1] : [] }

  package func prepare(_ chain: StepChain) -> Preparation {
    guard chain.requests.count == 2, chain.requests[1].node.isAddition else {
      return .refused("the steps are not joined")
    }
    return prepareAddition(chain.requests[0], chain.requests[1], operand: 1 - chain.links[0])
  }

  package func joinedAxis(of node: Node, rank: Int) -> Int? {
    guard let concat = node.op as? Concat else { return nil }
    let axis = concat.axis < 0 ? concat.axis + rank : concat.axis
    return (0..<rank).contains(axis) ? axis : nil
  }

  /// A step whose result is added to another tensor of its shape.
  private func prepareAddition(
    _ first: StepRequest,
    _ addition: StepRequest,
    operand: Int
  ) -> Preparation {
    guard let result = first.outputs.first ?? nil, let sum = addition.outputs.first ?? nil,
      var addend = addition.inputs.optional(operand), addend.contents == nil,
      addend.shape == result.shape, sum.shape == result.shape, addend.dtype == result.dtype,
      sum.dtype == result.dtype
    else { return .refused("the operands of the sum differ") }
    if result.quantization == nil, first.node.activation != nil {
      return .refused("\(first.node.activation.map { "\($0)" } ?? "") comes before the sum")
    }
    addend.contents = nil
    var request = first
    request.outputs = addition.outputs
    request.outputStride = addition.outputStride
    request.ending = StepEnding(
      result: result,
      addend: addend,
      activation: addition.node.activation
    )
    return prepare(request)
  }
}

extension Node {
  /// Whether the node adds two tensors.
  fileprivate var isAddition: Bool {
    switch op {
    case let op as BinaryElementwise: op.function == .add && inputs.count == 2
    case let op as VariadicElementwise: op.function == .sum && inputs.count == 2
    default: false
    }
  }
}
