import LaminaCore
import LaminaWire

/// A graph of TensorFlow with all that is needed to run it, whatever file it came from.
struct TFModel {
  var graph: TFGraphDef
  /// Where the bytes of constants are.
  var tensors: TFTensorReader
  /// What the graph takes and gives; without it placeholders and unread nodes tell.
  var signature: TFSignatureDef?
  /// The values of constants whose nodes have none, by the names of the nodes.
  var constants: any TFVariables = TFNoVariables()
  /// The values of variables by their names.
  var variables: any TFVariables = TFNoVariables()
  var metadata = ModelMetadata()

  /// A graph alone.
  init(_ graph: TFGraphDef, tensors: TFTensorReader) {
    self.graph = graph
    self.tensors = tensors
    metadata.format = "TensorFlow graph"
    if graph.versions.producer > 0 {
      metadata.properties.append((key: "graph version", value: "\(graph.versions.producer)"))
    }
  }
}

/// Where variables have their values.
protocol TFVariables {
  /// Returns the value of a variable; `nil` when nothing was saved for it.
  ///
  /// - Throws: ``ImportError`` when what was saved is damaged.
  func tensor(of variable: String) throws(ImportError) -> Tensor?
}

/// The variables of a graph that came without any.
struct TFNoVariables: TFVariables {
  func tensor(of variable: String) throws(ImportError) -> Tensor? { nil }
}
