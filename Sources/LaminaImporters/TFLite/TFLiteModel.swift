import LaminaWire

/// A TensorFlow Lite file as values, before it becomes a graph.
///
/// Indices have been checked against the lists that they point into.
package struct TFLiteModel {
  /// The version of the schema; 3 is the only one in use.
  package var version: Int
  package var description: String?
  package var operatorCodes: [TFLiteOperatorCode] = []
  package var subgraphs: [TFLiteSubgraph] = []
  /// The contents of tensors and metadata by number, still in the file.
  package var buffers: [ByteView] = []
  /// Named buffers.
  package var metadata: [(name: String, buffer: Int)] = []
  package var signatures: [TFLiteSignature] = []
}

/// Which operator the nodes that refer to it apply.
package struct TFLiteOperatorCode: Equatable {
  /// The number in the schema's list of builtin operators; ``custom`` for all others.
  package var builtin: Int
  package var version: Int
  package var customName: String?

  /// The builtin number that stands for operators known by name.
  package static let custom = 32

  /// The operator's name as the schema or the file has it.
  package var name: String {
    if builtin == Self.custom { return customName ?? "CUSTOM" }
    return TFLiteBuiltins.name(of: builtin)
  }
}

/// One graph of the file.
package struct TFLiteSubgraph {
  package var name: String?
  package var tensors: [TFLiteTensor] = []
  package var inputs: [Int] = []
  package var outputs: [Int] = []
  package var operators: [TFLiteOperator] = []
}

/// One edge of a graph.
package struct TFLiteTensor {
  package var name: String
  /// The lengths that memory is planned for.
  package var shape: [Int]
  /// The lengths as the author meant them, -1 where any will do.
  package var shapeSignature: [Int]?
  package var type: TFLiteTensorType
  package var buffer: Int
  package var quantization: TFLiteQuantization?
  /// Whether the tensor keeps its contents from run to run.
  package var isVariable: Bool
  package var hasRank: Bool
  package var sparsity: TFLiteSparsity?
  /// Whether the contents lie in another file.
  package var isExternal: Bool
}

/// One node of a graph.
package struct TFLiteOperator {
  package var code: Int
  /// Tensors by number; `nil` where an optional input is left out.
  package var inputs: [Int?]
  package var outputs: [Int]
  /// The options of a builtin operator, by field number.
  package var options: FlatTable?
  /// The options of an operator that came after the first union of options was full.
  package var laterOptions: FlatTable?
  package var customOptions: ByteView?
  /// Tensors that hold the scales of what is computed on the way.
  package var intermediates: [Int]
}

/// An entry point: a graph whose inputs and outputs have names.
package struct TFLiteSignature: Equatable {
  package var key: String
  package var subgraph: Int
  package var inputs: [String: Int]
  package var outputs: [String: Int]
}

/// How codes stand for real numbers.
package struct TFLiteQuantization: Equatable {
  package var scales: [Float]
  package var zeroPoints: [Int]
  package var axis: Int
}

/// How a sparse tensor's elements are spread out.
package struct TFLiteSparsity: Equatable {
  /// One axis of the traversal.
  package enum Axis: Equatable {
    case dense(Int)
    case compressed(segments: [Int], indices: [Int])
  }

  package var traversalOrder: [Int]
  package var blockMap: [Int]
  package var axes: [Axis]
}
