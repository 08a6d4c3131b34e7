import LaminaCore
import LaminaOperators
import LaminaWire

/// A layer as a rule sees it: parameters, bottoms as values, tops as names, weights by number.
struct CaffeLayer {
  let parameter: CaffeLayerParameter
  let builder: CaffeGraphBuilder
  /// Where errors say the layer is.
  let place: String
  let bottoms: [ValueID]

  /// The most axes that a blob may have; Caffe's own limit.
  static let rankLimit = 32

  init(
    _ parameter: CaffeLayerParameter,
    builder: CaffeGraphBuilder,
    place: String
  ) throws(ImportError) {
    self.parameter = parameter
    self.builder = builder
    self.place = place
    var bottoms: [ValueID] = []
    for name in parameter.bottom { bottoms.append(try builder.graph.value(name, for: place)) }
    self.bottoms = bottoms
  }

  var tops: [String] { parameter.top }

  /// The first bottom.
  var bottom: ValueID {
    get throws(ImportError) { try bottom(0) }
  }

  func bottom(_ index: Int) throws(ImportError) -> ValueID {
    guard index < bottoms.count else {
      throw .invalid(place: place, expected: "bottom \(index)", found: "\(bottoms.count) bottoms")
    }
    return bottoms[index]
  }

  /// The shape of a bottom as far as it is known.
  func shape(_ index: Int = 0) -> Shape {
    index < bottoms.count ? builder.graph.shape(bottoms[index]) : .unranked
  }

  /// The rank of a bottom.
  ///
  /// - Throws: ``CaffeUnsupported`` when it is not known.
  func rank(_ index: Int = 0) throws(CaffeUnsupported) -> Int {
    let shape = shape(index)
    guard shape.isRanked else { throw CaffeUnsupported(reason: "its input has no known rank") }
    return shape.rank
  }

  /// An axis of a bottom, counted from the front.
  func axis(_ axis: Int32, of index: Int = 0) throws -> Int {
    let rank = try rank(index)
    let position = axis < 0 ? Int(axis) + rank : Int(axis)
    guard (0..<rank).contains(position) else {
      throw invalid("an axis of a blob of \(rank) axes", "\(axis)")
    }
    return position
  }

  func invalid(_ expected: String, _ found: String) -> ImportError {
    .invalid(place: place, expected: expected, found: found)
  }
}

// MARK: - Weights

extension CaffeLayer {
  /// The number of elements in a blob; `nil` when no file holds it.
  func weightCount(_ index: Int) -> Int? { builder.blob(index, of: parameter)?.count }

  /// The lengths of a blob; `nil` when no file holds it.
  func weightLengths(_ index: Int) -> [Int]? { builder.blob(index, of: parameter)?.lengths }

  /// A blob in the shape that the layer needs; a weight without elements when no file holds it.
  ///
  /// - Throws: ``ImportError`` when the blob has another number of elements,
  ///   ``CaffeUnsupported`` when neither a file nor the net says how large it is.
  func weight(_ index: Int, _ shape: [Int], _ name: String) throws -> ValueID {
    let label = "\(parameter.name).\(name)"
    guard let blob = builder.blob(index, of: parameter) else {
      guard shape.allSatisfy({ $0 > 0 }), let count = Shape(shape).elementCount,
        count < 1 << 40
      else { throw CaffeUnsupported(reason: "its weights are in no file, nor is their size") }
      return builder.graph.addAbsentWeight(label, Shape(shape))
    }
    guard Shape(shape).elementCount == blob.count else {
      throw invalid(
        "\(Shape(shape)) elements in blob \(index)",
        "\(blob.count), \(Shape(blob.lengths))"
      )
    }
    let tensor = try builder.tensor(index, of: parameter, place: "\(place), blob \(index)")
    return builder.graph.addConstant(label, try tensor.reshaped(to: Shape(shape)))
  }

  /// The elements of a blob of any size; `nil` when no file holds it.
  func values(_ index: Int) throws -> [Float]? {
    guard let blob = builder.blob(index, of: parameter) else { return nil }
    try builder.graph.reserve(blob.count, for: place)
    return try builder.tensor(index, of: parameter, place: "\(place), blob \(index)").floats()
  }

  /// Adds weights made of those in the file.
  func weight(_ values: [Float]?, _ shape: [Int], _ name: String) throws -> ValueID {
    let label = "\(parameter.name).\(name)"
    guard let values else {
      guard shape.allSatisfy({ $0 > 0 }) else {
        throw CaffeUnsupported(reason: "its weights are in no file, nor is their size")
      }
      return builder.graph.addAbsentWeight(label, Shape(shape))
    }
    guard Shape(shape).elementCount == values.count else {
      throw invalid("\(Shape(shape)) elements for \(name)", "\(values.count)")
    }
    return builder.graph.addConstant(label, Tensor(Shape(shape), values))
  }
}

// MARK: - What rules add to the graph

extension CaffeLayer {
  /// Adds a node that writes the layer's tops.
  func emit(_ op: any Operator, inputs: [ValueID?]) throws(ImportError) {
    try builder.graph.addNode(
      parameter.name,
      op,
      inputs: inputs,
      outputs: tops.map { ($0, .unknown) },
      sourceOp: parameter.type
    )
  }

  /// Adds a node that writes one of the layer's tops.
  func emit(_ op: any Operator, _ inputs: [ValueID?], to top: String) throws(ImportError) {
    try builder.graph.addNode(
      parameter.name,
      op,
      inputs: inputs,
      outputs: [(top, .unknown)],
      sourceOp: parameter.type
    )
  }

  /// Adds a node that writes a new value, on the way to the layer's tops.
  func step(_ op: any Operator, _ inputs: [ValueID?], _ suffix: String) throws -> ValueID {
    let name = "\(parameter.name):\(suffix)"
    let ids = try builder.graph.addNode(
      name,
      op,
      inputs: inputs,
      outputs: [(name, .unknown)],
      sourceOp: parameter.type
    )
    guard let id = ids.first else { throw invalid("a value", "none") }
    return id
  }

  /// Adds one number for each of so many channels.
  func constant(repeating value: Float, _ count: Int, _ suffix: String) throws(ImportError)
    -> ValueID
  {
    try builder.graph.reserve(count, for: place)
    return constant(Tensor([count], [Float](repeating: value, count: count)), suffix)
  }

  /// Adds a constant that the file holds in another form.
  func constant(_ tensor: Tensor, _ suffix: String) -> ValueID {
    builder.graph.addConstant("\(parameter.name):\(suffix)", tensor)
  }

  /// Adds a node that writes a value to the top as it is.
  func passThrough(_ id: ValueID) throws(ImportError) {
    try emit(Identity(), inputs: [id])
  }

  /// Adds a node that is shown and cannot run.
  func emitUnsupported(reason: String?) throws(ImportError) {
    guard !tops.isEmpty else { return }
    let op = UnsupportedOperator(
      SafeText.clean(parameter.type.isEmpty ? "layer without a type" : parameter.type),
      outputCount: tops.count,
      reason: reason
    )
    try emit(op, inputs: bottoms)
  }
}
