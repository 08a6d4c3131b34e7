import LaminaCore
import LaminaWire

/// Turns an ONNX model into a source graph.
final class ONNXImporter {
  let model: ONNXModel
  let tensors: ONNXTensorReader
  let rules: ONNXRuleBook
  private let functions: [FunctionKey: ONNXFunctionProto]
  private var nodeCount = 0

  typealias Rule = ONNXRule

  private struct FunctionKey: Hashable {
    let domain: String
    let name: String
    let overload: String
  }

  /// How many nodes a model may have once its functions are expanded: functions that call
  /// functions twice each grow without bound from a file of a few kilobytes.
  static let nodeLimit = 200_000

  /// Every rule table, one per operator family.
  static let tables: [[Rule]] = [
    activations, elementwise, reductions, movement, generation, convolutions, pooling,
    normalizations, linear, attention, quantization, recurrent, images, signals, controlFlow,
    sequences, text, learning, trees, training, microsoft,
  ]

  init(_ model: ONNXModel) {
    self.model = model
    tensors = ONNXTensorReader(file: model.file)
    rules = ONNXRuleBook(Self.tables)
    functions = Dictionary(
      model.proto.functions.map { function in
        let domain = ONNXModel.canonical(function.domain)
        let key = FunctionKey(domain: domain, name: function.name, overload: function.overload)
        return (key, function)
      },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// Returns the model's graph with all types inferred.
  ///
  /// - Throws: ``ImportError`` that names the node and what is wrong with it.
  func sourceGraph() throws(ImportError) -> Graph {
    let proto = model.proto.graph
    let builder = ONNXGraphBuilder(
      importer: self,
      name: proto.name.isEmpty ? "main" : SafeText.clean(proto.name)
    )
    do {
      try builder.build(proto, in: ONNXScope(builder: builder, opsets: model.opsets))
      builder.graph.metadata = model.metadata
      try builder.graph.verify()
    } catch let error as ImportError {
      throw error
    } catch let error as GraphError {
      throw .graph(error)
    } catch {
      throw .invalid(place: "the model", expected: "a valid graph", found: "\(error)")
    }
    return builder.graph
  }

  /// Returns the function of the model that a node calls.
  func function(_ domain: String, _ name: String, overload: String) -> ONNXFunctionProto? {
    functions[FunctionKey(domain: domain, name: name, overload: overload)]
  }

  /// Counts a node against the limit.
  func countNode() throws(ImportError) {
    nodeCount += 1
    guard nodeCount <= Self.nodeLimit else {
      throw .invalid(
        place: "the model",
        expected: "at most \(Self.nodeLimit) nodes",
        found: "more"
      )
    }
  }
}
