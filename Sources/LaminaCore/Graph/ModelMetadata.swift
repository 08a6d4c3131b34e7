/// What a file says about itself and its inputs and outputs, beyond the graph.
package struct ModelMetadata: Sendable {
  /// What is known of one input or output.
  package struct Port: Sendable {
    /// How an image becomes the input: `value = (byte − mean) · scale` per channel.
    package struct Normalization: Sendable, Equatable {
      package var mean: [Float]
      package var scale: [Float]
      package init(mean: [Float], scale: [Float]) {
        self.mean = mean
        self.scale = scale
      }
    }

    package var name: String
    package var description: String?
    package var normalization: Normalization?
    /// Class names of an output, in order.
    package var labels: [String]?

    package init(
      name: String,
      description: String? = nil,
      normalization: Normalization? = nil,
      labels: [String]? = nil
    ) {
      self.name = name
      self.description = description
      self.normalization = normalization
      self.labels = labels
    }
  }

  /// The format and its version, as "TensorFlow Lite 3" or "ONNX opset 12".
  package var format = ""
  package var producer: String?
  package var description: String?
  package var inputs: [Port] = []
  package var outputs: [Port] = []
  /// Signatures or entry points by name, with the names of what they take and give.
  package var signatures: [String] = []
  /// Further graphs in the file by name (those that control flow refers to included).
  package var subgraphs: [(name: String, nodeCount: Int)] = []
  /// Where the weights should have been, when the file holds none and none were found beside it.
  package var missingWeights: String?
  /// Anything else that the file says, in order.
  package var properties: [(key: String, value: String)] = []

  package init() {}
}
