import LaminaCore

extension Graph {
  /// Returns the types of the outputs when the inputs have the given types; where one is not
  /// known, what the file declares stands.
  func outputTypes(given types: [ValueType?]) throws(ShapeError) -> [ValueType] {
    guard types.count == inputs.count else {
      throw .wrongInputCount(expected: "\(inputs.count) for graph \(name)", found: types.count)
    }
    var graph = self
    for (id, type) in zip(inputs, types) {
      if let type, type != .unknown { graph[id].type = type }
    }
    do throws(GraphError) {
      try graph.inferTypes()
    } catch {
      throw .other("in graph \(name): \(error)")
    }
    return graph.outputs.map { graph[$0].type }
  }

  /// Checks the number of outputs.
  func requireOutputs(_ range: ClosedRange<Int>) throws(ShapeError) {
    guard range.contains(outputs.count) else {
      throw .other("graph \(name) gives \(outputs.count) outputs, expected \(range.lowerBound)")
    }
  }
}

extension ValueType {
  /// What is true of values of either type.
  func common(with other: ValueType) -> ValueType {
    switch (self, other) {
    case (.unknown, _): return other
    case (_, .unknown): return self
    case (.sequence(let a), .sequence(let b)): return .sequence(a.common(with: b))
    case (.optional(let a), .optional(let b)): return .optional(a.common(with: b))
    case (.optional(let a), let b): return .optional(a.common(with: b))
    case (let a, .optional(let b)): return .optional(a.common(with: b))
    case (.tensor(var a), .tensor(let b)):
      a.contents = nil
      guard a.shape.isRanked, b.shape.isRanked, a.shape.rank == b.shape.rank else {
        return .tensor(a.with(shape: .unranked))
      }
      for axis in 0..<a.shape.rank where a.shape[axis] != b.shape[axis] {
        a.shape[axis] = Shape.unknown
      }
      return .tensor(a)
    default: return self
    }
  }

  /// The same type without contents, which change from one iteration to the next.
  var withoutContents: ValueType {
    guard case .tensor(var type) = self else { return self }
    type.contents = nil
    return .tensor(type)
  }

  /// The type of this type's values stacked along a new axis; of parts of it, without that axis.
  func stacked(_ count: Int, axis: Int) throws(ShapeError) -> ValueType {
    guard case .tensor(let type) = self, type.shape.isRanked else { return withoutContents }
    let place = try Shape.unknown(rank: type.shape.rank + 1).axis(axis)
    var shape = type.shape
    shape.dims.insert(count, at: place)
    return .tensor(type.with(shape: shape))
  }

  func unstacked(axis: Int) throws(ShapeError) -> ValueType {
    guard case .tensor(let type) = self, type.shape.isRanked else { return withoutContents }
    var shape = type.shape
    shape.dims.remove(at: try shape.axis(axis))
    return .tensor(type.with(shape: shape))
  }
}

extension Tensor {
  /// Returns the part at a position along an axis, without that axis.
  func part(at position: Int, along axis: Int) throws -> Tensor {
    let axis = try shape.axis(axis)
    let index = try position.index(below: shape[axis])
    var rest = shape
    rest.dims.remove(at: axis)
    var strides = shape.strides
    let step = strides.remove(at: axis)
    return try strided(to: rest, offset: index * step, strides: strides)
  }

  /// Returns parts joined along a new axis; of none a tensor of length 0 of the given type.
  static func stacking(_ parts: [Tensor], axis: Int, else type: ValueType) throws -> Tensor {
    if !parts.isEmpty { return try Pack(axis: axis).evaluate(TensorInputs(parts))[0] }
    let stacked = try type.stacked(0, axis: axis).tensor ?? TensorType(.float32, [0])
    return try Tensor(zeros: stacked.dtype, Shape(stacked.shape.dims.map { max($0, 0) }))
  }
}

extension Inputs where Element == Datum {
  /// All inputs from a position on.
  ///
  /// - Throws: ``ShapeError/missingInput(_:)`` when one is absent.
  func rest(from position: Int) throws(ShapeError) -> [Datum] {
    var rest: [Datum] = []
    for index in position..<Swift.max(position, count) { rest.append(try self[index]) }
    return rest
  }
}
