import LaminaCore
import LaminaOperators
import LaminaWire

extension KerasLayers {
  /// Layers that make one tensor of several.
  static let merges: [KerasRule] = [
    merge("Add", .add, .sum), merge("Maximum", .max, .max), merge("Minimum", .min, .min),
    merge("Multiply", .mul, nil), merge("Subtract", .sub, nil),
    KerasRule("Average") { _ in VariadicElementwise(.mean) },
    KerasRule("Concatenate") { node in Concat(axis: try node.singleAxis(default: -1)) },
    KerasRule("Dot", lowering: dot),
    KerasRule(
      "Merge",
      lowering: { node in
        switch node.config.string("mode", default: "sum") {
        case "sum": [try node.emit(VariadicElementwise(.sum))]
        case "mul": [try chain(node, .mul)]
        case "ave": [try node.emit(VariadicElementwise(.mean))]
        case "max": [try node.emit(VariadicElementwise(.max))]
        case "concat":
          [try node.emit(Concat(axis: try node.config.int("concat_axis", default: -1)))]
        case let mode: throw KerasUnsupported(reason: "the mode \(SafeText.clean(mode))")
        }
      }
    ),
  ]

  /// Two tensors, or more where an operator takes them; plain numbers stand for constants.
  private static func merge(
    _ name: String,
    _ function: BinaryElementwise.Function,
    _ several: VariadicElementwise.Function?
  ) -> KerasRule {
    KerasRule(
      name,
      lowering: { node in
        if let several, node.inputs.count > 2 {
          return [try node.emit(VariadicElementwise(several))]
        }
        return [try chain(node, function)]
      }
    )
  }

  /// Combines operands one after the other.
  static func chain(
    _ node: KerasNode,
    _ function: BinaryElementwise.Function
  ) throws -> ValueID {
    let operands = try node.operands()
    guard operands.count >= 2 else {
      guard let only = operands.first else { throw node.invalid("inputs", "none") }
      return try node.emit(Identity(), [only])
    }
    var result = operands[0]
    for (index, operand) in operands.enumerated().dropFirst() {
      let op = BinaryElementwise(function)
      result =
        index == operands.count - 1
        ? try node.emit(op, [result, operand])
        : try node.add(op, [result, operand], "\(index)")
    }
    return result
  }

  /// Products of lines along one axis of each; lines are first brought to length 1 if asked.
  @Sendable private static func dot(_ node: KerasNode) throws -> [ValueID] {
    guard node.inputs.count == 2 else { throw node.invalid("two inputs", "\(node.inputs.count)") }
    let shapes = try [node.type(0).shape, node.type(1).shape]
    guard let value = node.config["axes"] else { throw node.invalid("axes", "none") }
    let list = value.integer.map { [$0, $0] } ?? value.elements.compactMap(\.integer)
    guard list.count == 2 else { throw node.config.wrong("axes", value, "two axes") }
    let axes = try zip(shapes, list).map { try $0.axis($1) }
    var inputs = node.inputs
    if node.config.bool("normalize") {
      for index in 0..<2 {
        let op = LpNormalization(axis: axes[index], power: 2, floor: 1e-6)
        inputs[index] = try node.add(op, [inputs[index]], "normalized \(index)")
      }
    }
    switch (shapes[0].rank, shapes[1].rank) {
    case (2, 2):
      let product = try node.add(BinaryElementwise(.mul), inputs, "products")
      return [try node.emit(Reduce(.sum, axes: [1], keepsDimensions: true), [product])]
    case (3, 3):
      let op = MatMul(transposesA: axes[0] == 1, transposesB: axes[1] == 2)
      return [try node.emit(op, inputs)]
    default:
      throw KerasUnsupported(reason: "tensors of \(shapes[0].rank) and \(shapes[1].rank) axes")
    }
  }
}

extension KerasNode {
  /// Inputs in order, where plain numbers are constants.
  func operands() throws -> [ValueID] {
    var ids: [ValueID] = []
    var given = arguments
    // Version 2 names the second operand of what operators of Python became.
    for key in ["y", "other"] { if let value = named[key] { given.append(value) } }
    for (index, argument) in given.enumerated() {
      switch argument {
      case .value(let json):
        guard let number = json.number else { continue }
        let dtype = inputs.first.map { builder.graph[$0].tensorType.dtype } ?? .float32
        ids.append(constant(try Tensor(dtype, [], rounding: [number]), "operand \(index)"))
      default: ids += argument.tensors
      }
    }
    return ids
  }
}

extension KerasLayers {
  /// Functions on tensors that stand between layers.
  static let functions: [KerasRule] = [
    function("NotEqual", .notEqual), function("Power", .pow), function("TrueDivide", .div),
    function("Divide", .div),
    KerasRule("Relu") { _ in UnaryElementwise(.relu) },
    KerasRule("Relu6") { _ in UnaryElementwise(.relu6) },
    KerasRule("Sigmoid") { _ in UnaryElementwise(.sigmoid) },
    KerasRule("Tanh") { _ in UnaryElementwise(.tanh) },
    KerasRule("Silu") { _ in UnaryElementwise(.swish(alpha: 1)) },
    KerasRule("Exp") { _ in UnaryElementwise(.exp) },
    KerasRule("Sqrt") { _ in UnaryElementwise(.sqrt) },
    KerasRule("Square") { _ in UnaryElementwise(.square) },
    KerasRule("Absolute") { _ in UnaryElementwise(.abs) },
    KerasRule("Abs") { _ in UnaryElementwise(.abs) },
    KerasRule("Negative") { _ in UnaryElementwise(.neg) },
    KerasRule("Log") { _ in UnaryElementwise(.log) },
    reduce("Mean", .mean), reduce("Sum", .sum), reduce("Max", .max), reduce("Min", .min),
    KerasRule("Matmul") { _ in MatMul() },
    KerasRule("TFOpLambda", lowering: lambda),
  ]

  private static func function(
    _ name: String,
    _ function: BinaryElementwise.Function
  ) -> KerasRule {
    KerasRule(name, lowering: { node in [try chain(node, function)] })
  }

  private static func reduce(_ name: String, _ function: Reduce.Function) -> KerasRule {
    KerasRule(name) { node in
      var axes: [Int]?
      if case .value(let json)? = node.named["axis"] {
        axes = json.integer.map { [$0] } ?? json.elements.compactMap(\.integer)
      } else if let json = node.config["axis"] {
        axes = json.integer.map { [$0] } ?? json.elements.compactMap(\.integer)
      }
      var keeps = node.config.bool("keepdims")
      if case .value(.bool(let flag))? = node.named["keepdims"] { keeps = flag }
      return Reduce(function, axes: axes, keepsDimensions: keeps)
    }
  }

  /// What version 2 made of Python's operators and of functions that were called on tensors.
  @Sendable private static func lambda(_ node: KerasNode) throws -> [ValueID] {
    let name = node.config.string("function", default: "")
    switch name {
    case "__operators__.add", "math.add": return [try chain(node, .add)]
    case "math.subtract", "__operators__.sub": return [try chain(node, .sub)]
    case "math.multiply", "__operators__.mul": return [try chain(node, .mul)]
    case "math.truediv", "__operators__.truediv", "math.divide": return [try chain(node, .div)]
    case "nn.relu": return [try node.emit(UnaryElementwise(.relu))]
    case "nn.relu6": return [try node.emit(UnaryElementwise(.relu6))]
    case "nn.silu", "nn.swish": return [try node.emit(UnaryElementwise(.swish(alpha: 1)))]
    case "math.sigmoid", "nn.sigmoid": return [try node.emit(UnaryElementwise(.sigmoid))]
    case "math.tanh", "nn.tanh": return [try node.emit(UnaryElementwise(.tanh))]
    default:
      throw KerasUnsupported(reason: "the function \(SafeText.clean(name))")
    }
  }
}
