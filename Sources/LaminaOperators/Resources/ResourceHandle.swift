import LaminaCore

/// Names a variable or a table.
///
///     y = name
///
/// What a resource holds is an explicit input of every node that looks at it, and an output of every
/// node that changes it; the handle only says which resource the file means.
///
/// - Inputs: none.
/// - Outputs: `y`, one string.
/// - Source: TFLite VAR_HANDLE, HASHTABLE.
package struct ResourceHandle: Operator {
  package static let name = "ResourceHandle"

  package var resource: String

  package init(_ resource: String) { self.resource = resource }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    [TensorType(.string, [])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [Tensor([], strings: [resource])]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }
}
