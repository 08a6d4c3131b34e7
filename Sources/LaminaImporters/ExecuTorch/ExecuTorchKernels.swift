import LaminaCore
import LaminaOperators

/// How a portable kernel becomes an operator; the numbers are places of its arguments.
struct ExecuTorchRule: Sendable {
  let name: String
  /// The arguments that are tensors to be read.
  let tensors: [Int]
  let make: @Sendable (ExecuTorchCall) -> (any Operator)?

  init(
    _ name: String,
    _ tensors: [Int],
    _ make: @escaping @Sendable (ExecuTorchCall) -> (any Operator)?
  ) {
    self.name = name
    self.tensors = tensors
    self.make = make
  }
}

/// A call of a kernel with the values that it refers to.
struct ExecuTorchCall {
  let name: String
  let values: [ExecuTorchProgram.Value]
  let arguments: [Int]

  /// Returns the operator with its inputs; one that no rule knows takes all tensors.
  func operation(outputCount: Int) -> (op: any Operator, inputs: [Int?]) {
    if let rule = Self.rules.first(where: { $0.name == name }), let op = rule.make(self) {
      let inputs = rule.tensors.map { place -> Int? in isTensor(place) ? arguments[place] : nil }
      if inputs.first.flatMap({ $0 }) != nil { return (op, inputs) }
    }
    let tensors = Set(arguments.indices.filter { isTensor($0) }.map { arguments[$0] })
    let last = arguments.last ?? -1
    return (
      UnsupportedOperator(name, outputCount: outputCount),
      tensors.filter { $0 != last }.sorted().map { $0 }
    )
  }

  private func isTensor(_ place: Int) -> Bool {
    guard arguments.indices.contains(place) else { return false }
    if case .tensor = values[arguments[place]] { return true }
    return false
  }

  func int(_ place: Int) -> Int? {
    guard arguments.indices.contains(place) else { return nil }
    switch values[arguments[place]] {
    case .int(let value): return value
    case .bool(let value): return value ? 1 : 0
    case .double(let value): return Int(exactly: value)
    default: return nil
    }
  }

  func double(_ place: Int) -> Double? {
    guard arguments.indices.contains(place) else { return nil }
    if case .double(let value) = values[arguments[place]] { return value }
    return int(place).map(Double.init)
  }

  /// A list of whole numbers, each a value of its own.
  func ints(_ place: Int) -> [Int]? {
    guard arguments.indices.contains(place), case .list(let items) = values[arguments[place]] else {
      return nil
    }
    var numbers: [Int] = []
    for item in items {
      guard values.indices.contains(item), case .int(let value) = values[item] else { return nil }
      numbers.append(value)
    }
    return numbers
  }

  /// The shape of a tensor.
  func shape(_ place: Int) -> Shape? {
    guard arguments.indices.contains(place),
      case .tensor(let type, _) = values[arguments[place]]
    else { return nil }
    return type.shape
  }
}

// MARK: - Rules

extension ExecuTorchCall {
  /// Portable kernels that are one operator here.
  static let rules: [ExecuTorchRule] = [
    ExecuTorchRule("aten::relu.out", [0]) { _ in UnaryElementwise(.relu) },
    ExecuTorchRule("aten::sigmoid.out", [0]) { _ in UnaryElementwise(.sigmoid) },
    ExecuTorchRule("aten::tanh.out", [0]) { _ in UnaryElementwise(.tanh) },
    ExecuTorchRule("aten::exp.out", [0]) { _ in UnaryElementwise(.exp) },
    ExecuTorchRule("aten::sqrt.out", [0]) { _ in UnaryElementwise(.sqrt) },
    ExecuTorchRule("aten::rsqrt.out", [0]) { _ in UnaryElementwise(.rsqrt) },
    ExecuTorchRule("aten::neg.out", [0]) { _ in UnaryElementwise(.neg) },
    ExecuTorchRule("aten::abs.out", [0]) { _ in UnaryElementwise(.abs) },
    ExecuTorchRule("aten::add.out", [0, 1]) { $0.double(2) == 1 ? BinaryElementwise(.add) : nil },
    ExecuTorchRule("aten::sub.out", [0, 1]) { $0.double(2) == 1 ? BinaryElementwise(.sub) : nil },
    ExecuTorchRule("aten::mul.out", [0, 1]) { _ in BinaryElementwise(.mul) },
    ExecuTorchRule("aten::div.out", [0, 1]) { _ in BinaryElementwise(.div) },
    ExecuTorchRule("aten::mm.out", [0, 1]) { _ in MatMul() },
    ExecuTorchRule("aten::bmm.out", [0, 1]) { _ in MatMul() },
    ExecuTorchRule("aten::addmm.out", [1, 2, 0]) { call in
      call.double(3) == 1 && call.double(4) == 1 ? Gemm() : nil
    },
    ExecuTorchRule("aten::linear.out", [0, 1, 2]) { _ in FullyConnected(keepsDimensions: true) },
    ExecuTorchRule("aten::_softmax.out", [0]) { call in call.int(1).map { Softmax(axis: $0) } },
    ExecuTorchRule("aten::permute_copy.out", [0]) { call in
      guard let axes = call.ints(1) else { return nil }
      return Transpose(permutation: axes.map { $0 < 0 ? $0 + axes.count : $0 })
    },
    ExecuTorchRule("aten::view_copy.out", [0]) { call in
      call.ints(1).map { Reshape(shape: $0, zeroIsLength: true) }
    },
    ExecuTorchRule("aten::unsqueeze_copy.out", [0]) { call in
      call.int(1).map { Unsqueeze(axes: [$0]) }
    },
    ExecuTorchRule("aten::clone.out", [0]) { _ in Identity() },
    ExecuTorchRule("dim_order_ops::_clone_dim_order.out", [0]) { _ in Identity() },
    ExecuTorchRule("aten::convolution.out", [0, 1, 2], convolution),
  ]

  private static func convolution(_ call: ExecuTorchCall) -> (any Operator)? {
    guard let shape = call.shape(1), shape.rank >= 3, call.int(6) == 0, let groups = call.int(8),
      let strides = call.ints(3), let padding = call.ints(4), let dilations = call.ints(5)
    else { return nil }
    let window = Window(
      size: Array(shape.dims.dropFirst(2)),
      strides: strides,
      dilations: dilations,
      padding: .explicit(before: padding, after: padding)
    )
    return Conv(window: window, groups: groups)
  }
}
