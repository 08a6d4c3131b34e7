import LaminaCore
import LaminaOperators

extension Caffe2GraphBuilder {
  /// Functions of several tensors, position by position.
  static let arithmetic: [Caffe2Rule] = [
    Caffe2Rule("Add", lowering: { try binary($0, .add) }),
    Caffe2Rule("Sub", lowering: { try binary($0, .sub) }),
    Caffe2Rule("Mul", lowering: { try binary($0, .mul) }),
    Caffe2Rule("Div", lowering: { try binary($0, .div) }),
    Caffe2Rule("EQ", lowering: { try binary($0, .equal) }),
    Caffe2Rule("NE", lowering: { try binary($0, .notEqual) }),
    Caffe2Rule("GE", lowering: { try binary($0, .greaterOrEqual) }),
    Caffe2Rule("GT", lowering: { try binary($0, .greater) }),
    Caffe2Rule("LE", lowering: { try binary($0, .lessOrEqual) }),
    Caffe2Rule("LT", lowering: { try binary($0, .less) }),
    Caffe2Rule("And", lowering: { try binary($0, .and) }),
    Caffe2Rule("Or", lowering: { try binary($0, .or) }),
    Caffe2Rule("Xor", lowering: { try binary($0, .xor) }),
    Caffe2Rule("Sum", lowering: sum),
    Caffe2Rule("Max") { _ in VariadicElementwise(.max) },
    Caffe2Rule("Min") { _ in VariadicElementwise(.min) },
    Caffe2Rule("Mean") { _ in VariadicElementwise(.mean) },
    Caffe2Rule("Where") { _ in Where() },
    Caffe2Rule(
      "Pow",
      lowering: { node in
        guard node.inputCount == 1 else { return try binary(node, .pow) }
        let exponent = node.constant(
          Tensor(scalar: try node.float("exponent", default: 1)),
          "exponent"
        )
        try node.emit(BinaryElementwise(.pow), [node.input(0), exponent])
      }
    ),
    Caffe2Rule(
      "ConstantFill",
      lowering: { node in
        let value = Double(try node.float("value", default: 0))
        guard try !node.bool("input_as_shape"), try node.int("dtype", default: 1) == 1 else {
          throw Caffe2Unsupported(reason: "a shape that is data")
        }
        try node.emit(UnaryElementwise(.affine(alpha: 0, beta: value)), [node.input(0)])
      }
    ),
  ]

  @Sendable private static func sum(_ node: Caffe2Node) throws {
    let op: any Operator =
      node.inputCount == 2 ? BinaryElementwise(.add) : VariadicElementwise(.sum)
    try node.emit(op, node.allInputs())
  }

  /// With `broadcast` the second input lies along the first from an axis on, else along its end.
  private static func binary(
    _ node: Caffe2Node,
    _ function: BinaryElementwise.Function
  ) throws {
    let op = BinaryElementwise(function)
    let axis = try node.int("axis", default: -1)
    guard try node.bool("broadcast"), node.has("axis"), axis >= 0 else {
      return try node.emit(op, node.allInputs())
    }
    let (whole, part) = (try node.rank(0), try node.rank(1))
    let missing = whole - axis - part
    guard missing > 0 else { return try node.emit(op, node.allInputs()) }
    if let tensor = node.constantInput(1) {
      let ones = [Int](repeating: 1, count: missing)
      let aligned = try tensor.reshaped(to: Shape(tensor.shape.dims + ones))
      return try node.emit(op, [node.input(0), node.constant(aligned, "aligned")])
    }
    let axes = Array(part..<part + missing)
    let aligned = try node.step(Unsqueeze(axes: axes), [node.input(1)], "aligned")
    try node.emit(op, [node.input(0), aligned])
  }
}
