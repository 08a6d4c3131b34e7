/// What a node of a graph computes: its meaning on every device.
///
/// The file of an operator states its formula, attributes, shape rule, reference and cost. The
/// reference, ``evaluate(_:)``, is the definition; kernels are tested against it. Quantized
/// tensors, fused activations and missing shapes are not an operator's business: see
/// `Graph.evaluate` and `Graph.inferTypes`.
package protocol Operator: Sendable {
  /// The operator's name; one struct may serve a family, see ``displayName``.
  static var name: String { get }

  /// Returns the types of the outputs.
  ///
  /// Shapes of `inputs` are fully known. What depends on the elements of an input is read from
  /// its `contents`, and answered with unknown lengths (or ``ShapeError/dependsOnData``) when
  /// they are not known.
  func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType]

  /// Returns the outputs: the reference implementation.
  func evaluate(_ inputs: TensorInputs) throws -> [Tensor]

  /// Returns the arithmetic that one evaluation takes.
  func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost

  /// The attributes as shown to a person, in order.
  var attributes: [Attribute] { get }

  /// How close another implementation must come to the reference.
  var exactness: Exactness { get }

  /// The name to show: the ONNX name of what exactly is computed.
  var displayName: String { get }

  // Every node is asked for its kind many times while a model opens, and the runtime's casts to
  // protocols take about as long as a pass needs for the node; so kinds are requirements.

  /// Whether it moves elements without changing them: a ``MovementOperator``.
  var movesElements: Bool { get }

  /// Whether its result differs from run to run: a ``NondeterministicOperator``.
  var isNondeterministic: Bool { get }

  /// Itself, if its inputs or outputs need not be tensors.
  var asValueOperator: (any ValueOperator)? { get }

  /// Itself, if it runs graphs of its own.
  var asControlFlow: (any ControlFlowOperator)? { get }

  /// Itself, if it looks at the shapes of its inputs only.
  var asShapeOnly: (any ShapeOnlyOperator)? { get }

  /// Itself, if it sums products.
  var asProduct: (any ProductOperator)? { get }
}

extension Operator {
  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 1)
  }

  /// All stored properties, under their names.
  package var attributes: [Attribute] {
    Mirror(reflecting: self).children.compactMap { child in
      guard let label = child.label, let value = Attribute.text(of: child.value) else { return nil }
      return Attribute(name: label, value: value)
    }
  }

  package var exactness: Exactness { .rounding }

  package var displayName: String { Self.name }

  package var movesElements: Bool { false }
  package var isNondeterministic: Bool { false }
  package var asValueOperator: (any ValueOperator)? { nil }
  package var asControlFlow: (any ControlFlowOperator)? { nil }
  package var asShapeOnly: (any ShapeOnlyOperator)? { nil }
  package var asProduct: (any ProductOperator)? { nil }
}

/// An operator that moves elements without changing them.
///
/// It works on the codes of a quantized tensor directly, and its outputs keep the quantization.
package protocol MovementOperator: Operator {}

extension MovementOperator {
  package var movesElements: Bool { true }

  package var exactness: Exactness { .exact }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }
}

/// An operator whose inputs or outputs are sequences, optionals or maps.
package protocol ValueOperator: Operator {
  /// Returns the types of the outputs; inputs may be of any kind, their shapes partly unknown.
  func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType]

  /// Returns the outputs: the reference implementation.
  func evaluate(values inputs: Inputs<Datum>) throws -> [Datum]
}

extension ValueOperator {
  package var asValueOperator: (any ValueOperator)? { self }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let values = Inputs<ValueType>(inputs.elements.map { $0.map(ValueType.tensor) })
    return try outputTypes(forValues: values).map { $0.tensor ?? TensorType(.float32, .unranked) }
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let values = Inputs<Datum>(inputs.elements.map { $0.map(Datum.tensor) })
    return try evaluate(values: values).map { try $0.tensor }
  }
}

/// An operator that runs graphs of its own (If, Loop, Scan, WHILE).
///
/// What an inner graph reads from outside is an explicit input of the node: inner graphs are
/// closed.
package protocol ControlFlowOperator: Operator {
  /// The inner graphs under the names of their attributes.
  var graphs: [(name: String, graph: Graph)] { get }

  /// Returns the types of the outputs.
  func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType]

  /// Returns the outputs, running inner graphs by `run`, which takes a name out of ``graphs``.
  func evaluate(
    _ inputs: Inputs<Datum>,
    run: (_ graphName: String, _ inputs: [Datum]) throws -> [Datum]
  ) throws -> [Datum]

  /// Returns the same operator with its inner graphs changed, each by its name.
  func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self
}

extension ControlFlowOperator {
  package var asControlFlow: (any ControlFlowOperator)? { self }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let values = Inputs<ValueType>(inputs.elements.map { $0.map(ValueType.tensor) })
    return try outputTypes(forValues: values).map { $0.tensor ?? TensorType(.float32, .unranked) }
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let values = Inputs<Datum>(inputs.elements.map { $0.map(Datum.tensor) })
    return try evaluate(values, run: runByReference).map { try $0.tensor }
  }

  /// Runs an inner graph by the reference implementation of its operators.
  package func runByReference(_ graphName: String, _ inputs: [Datum]) throws -> [Datum] {
    guard let inner = graphs.first(where: { $0.name == graphName }) else {
      throw ShapeError.other("there is no inner graph \(graphName)")
    }
    return try inner.graph.evaluate(inputs)
  }

  package var attributes: [Attribute] {
    graphs.map { Attribute(name: $0.name, value: "graph of \($0.graph.nodes.count) nodes") }
  }
}

/// Stands for an operator that a file names and Lamina does not know.
///
/// The model opens and shows it; running the model names it.
package struct UnsupportedOperator: Operator {
  package static let name = "Unsupported"

  /// The name in the file, with its domain.
  package var sourceName: String
  /// Attributes as far as the file tells them.
  package var sourceAttributes: [Attribute]
  package var outputCount: Int
  /// Why it cannot run, when the name alone is known.
  package var reason: String?

  package init(
    _ sourceName: String,
    attributes: [Attribute] = [],
    outputCount: Int,
    reason: String? = nil
  ) {
    self.sourceName = sourceName
    sourceAttributes = attributes
    self.outputCount = outputCount
    self.reason = reason
  }

  package var displayName: String { sourceName }
  package var attributes: [Attribute] { sourceAttributes }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    throw .dependsOnData
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    throw ShapeError.unsupported(sourceName)
  }
}
