import TerminalCells

/// What the explorer shows of an opened model, before anything has run.
package struct ModelFacts: Hashable, Sendable {
  /// Where it was opened, as the user gave it.
  package var path: String
  /// The last part of the path.
  package var name: String
  /// The format and its version, like `TensorFlow Lite 3`.
  package var format: String
  package var fileBytes: Int
  package var nodes: [NodeFacts]
  package var tensors: [TensorFacts]
  /// The model's inputs and outputs, as indices of ``tensors``.
  package var inputs: [Int]
  package var outputs: [Int]
  package var parameterCount: Int
  package var macCount: Int
  package var weightBytes: Int
  /// Remarks about the file, such as its author, its description, or what could not be read.
  package var remarks: [String]
  /// The size of the drawing pad, for models that read small grey pictures.
  package var pad: Size?

  package init(
    path: String,
    name: String,
    format: String,
    fileBytes: Int,
    nodes: [NodeFacts],
    tensors: [TensorFacts],
    inputs: [Int],
    outputs: [Int],
    parameterCount: Int,
    macCount: Int,
    weightBytes: Int,
    remarks: [String] = [],
    pad: Size? = nil
  ) {
    self.path = path
    self.name = name
    self.format = format
    self.fileBytes = fileBytes
    self.nodes = nodes
    self.tensors = tensors
    self.inputs = inputs
    self.outputs = outputs
    self.parameterCount = parameterCount
    self.macCount = macCount
    self.weightBytes = weightBytes
    self.remarks = remarks
    self.pad = pad
  }
}
