import LaminaCore
import LaminaOperators

extension MNNImporter {
  /// Operators that look elements up.
  static let gathers: [MNNRule] = [
    MNNRule("Gather", gather),
    MNNRule("GatherV2", gather),
    MNNRule("GatherND") { op, builder in
      let inputs = Array(try builder.inputs(op).prefix(2))
      try builder.emit(op, GatherND(batchDims: try op.int(0)), inputs)
    },
    MNNRule("GatherElements") { op, builder in
      let inputs = try builder.inputs(op)
      let axis = inputs.count > 2 ? try builder.axis(inputs[2]) : 0
      try builder.emit(op, GatherElements(axis: axis), Array(inputs.prefix(2)))
    },
    MNNRule("ScatterNd") { op, builder in
      let inputs = try builder.inputs(op)
      guard inputs.count == 3 else { throw MNNUnsupported(reason: "a tensor to put into") }
      try builder.emit(op, ScatterIntoZeros(), inputs)
    },
    MNNRule("Where") { op, builder in
      try builder.emit(op, Coordinates(), [builder.input(op)])
    },
    MNNRule("TopKV2") { op, builder in
      let engine = TopK(largest: try op.bool(2, default: true), indexType: .int32)
      try builder.emit(op, engine, Array(builder.inputs(op).prefix(2)))
    },
    MNNRule("NonMaxSuppressionV2") { op, builder in
      throw MNNUnsupported(reason: "boxes of one class")
    },
  ]

  /// A third input, or field 3, is the axis.
  @Sendable private static func gather(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let inputs = try builder.inputs(op)
    var axis = 0
    if inputs.count > 2 {
      axis = try builder.axis(inputs[2])
    } else if op.main != nil, op.mainType == mainTypeOfAxis {
      axis = try op.int(0)
    } else if op.type == "Gather" {
      axis = try op.int(3)
    }
    try builder.emit(op, Gather(axis: axis), Array(inputs.prefix(2)))
  }

  /// The number of the table Axis in the schema's union.
  private static let mainTypeOfAxis = 4
}

extension MNNGraphBuilder {
  /// Returns the number that a constant input holds.
  func axis(_ id: ValueID?) throws -> Int {
    guard let id, let axis = try constant(id)?.ints().first else {
      throw MNNUnsupported(reason: "an axis that is not known before the run")
    }
    return axis
  }
}
