/// One attribute of an operator.
package struct AttributeFacts: Hashable, Sendable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What the explorer shows of one operator of the source graph.
package struct NodeFacts: Hashable, Sendable {
  package var name: String
  /// The operator, like `Conv2D`.
  package var type: String
  /// What the file calls the operator, where that differs.
  package var sourceType: String
  package var attributes: [AttributeFacts]
  /// Tensors, as indices of ``ModelFacts/tensors``; `nil` where an input is left out.
  package var inputs: [Int?]
  package var outputs: [Int]
  package var macCount: Int
  package var parameterCount: Int
  package var bytesRead: Int
  package var bytesWritten: Int

  /// The operator with what matters most to its cost, like `DWConv3x3`.
  package var kind: String {
    guard type == "Conv" || type == "ConvTranspose" else { return type }
    let groups = attributes.first { $0.name == "groups" }?.value ?? "1"
    let window = attributes.first { $0.name == "window" }?.value.prefix { $0 != "," } ?? ""
    let size = window.allSatisfy { $0.isNumber || $0 == "x" } ? String(window) : ""
    return (groups == "1" ? "" : "DW") + type + size
  }

  package init(
    name: String,
    type: String,
    sourceType: String = "",
    attributes: [AttributeFacts] = [],
    inputs: [Int?] = [],
    outputs: [Int] = [],
    macCount: Int = 0,
    parameterCount: Int = 0,
    bytesRead: Int = 0,
    bytesWritten: Int = 0
  ) {
    self.name = name
    self.type = type
    self.sourceType = sourceType
    self.attributes = attributes
    self.inputs = inputs
    self.outputs = outputs
    self.macCount = macCount
    self.parameterCount = parameterCount
    self.bytesRead = bytesRead
    self.bytesWritten = bytesWritten
  }
}
