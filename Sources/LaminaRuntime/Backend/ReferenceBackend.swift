import LaminaCore

/// Runs every step by the operator's reference implementation: the definition.
package struct ReferenceBackend: Backend {
  package init() {}

  package var id: BackendID { .reference }

  package var device: DeviceDescription {
    DeviceDescription(
      name: "any processor",
      instructionSet: "plain Swift",
      coreCount: 1,
      precisions: ["fp32"]
    )
  }

  package func prepare(_ request: StepRequest) -> Preparation {
    .kernel(ReferenceKernel(request))
  }
}

/// One step by the operator's reference, on buffers.
final class ReferenceKernel: PreparedKernel {
  let name = "reference"
  private let request: StepRequest

  init(_ request: StepRequest) { self.request = request }

  func run(_ context: StepContext) throws {
    let inputs = try request.inputs.elements.enumerated().map { position, type -> Tensor? in
      guard let type else { return nil }
      if let constant = type.contents { return constant }
      guard let base = context.inputs[position], let byteCount = type.byteCount else { return nil }
      // The buffer outlives the call; what an operator keeps of it is copied below.
      let storage = TensorStorage(borrowing: base, byteCount: byteCount, owner: self)
      return try Tensor(type, storage: storage)
    }
    let results = try request.node.evaluate(TensorInputs(inputs), as: request.outputs)
    for (position, type) in request.outputs.enumerated() {
      guard let type, let target = context.outputs[position] else { continue }
      guard position < results.count else {
        throw GraphError.wrongOutputCount(
          node: request.node.name,
          expected: request.outputs.count,
          found: results.count
        )
      }
      try copy(results[position], as: type, to: target)
    }
  }

  private func copy(
    _ result: Tensor,
    as type: TensorType,
    to target: UnsafeMutableRawPointer
  ) throws {
    guard result.dtype == type.dtype, result.shape == type.shape else {
      throw RunError.unexpectedResult(
        node: request.node.name,
        expected: "\(type)",
        found: "\(result.type)"
      )
    }
    result.withBytes { bytes in
      if let base = bytes.baseAddress { target.copyMemory(from: base, byteCount: bytes.count) }
    }
  }
}
