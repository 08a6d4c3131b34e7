import LaminaCore

/// The weights and attributes of a quantized convolution, as PyTorch packs them.
///
/// - Source: PyTorch's `conv_serialization.h`: versions 1 to 3 of the state.
struct TorchPackedConvolution {
  var weights: TorchTensor
  var bias: TorchTensor?
  var strides: [Int]
  var padding: [Int]
  var dilations: [Int]
  var groups: Int
  var isTransposed = false

  init(_ object: TorchObject, _ call: TorchCall) throws {
    if let items = object.attributes["arguments"]?.items {
      try self.init(arguments: items, call)
    } else {
      try self.init(state: object.state?.items ?? [], call)
    }
    if weights.name.isEmpty || weights.name.hasSuffix(".1") {
      weights.name = "\(object.path).weight"
      bias?.name = "\(object.path).bias"
    }
  }

  /// From what the file packs when it is loaded: weight, bias, stride, padding, dilation, groups.
  private init(arguments: [TorchValue], _ call: TorchCall) throws {
    guard arguments.count >= 6, let weights = arguments[0].tensor,
      let groups = call.interpreter.int(arguments[5])
    else { throw call.invalid(1, "packed weights") }
    func ints(_ value: TorchValue) -> [Int] {
      (value.items ?? []).compactMap { call.interpreter.int($0) }
    }
    self.weights = weights
    bias = arguments[1].tensor
    strides = ints(arguments[2])
    padding = ints(arguments[3])
    dilations = ints(arguments[4])
    self.groups = groups
  }

  /// From the state that the file holds: version 2 has the numbers in a tensor, version 3 in a list.
  private init(state: [TorchValue], _ call: TorchCall) throws {
    guard state.count == 3, let tensors = state[2].items, let parts = state[1].items else {
      throw call.unsupported("its weights are packed in another way")
    }
    var numbers: [Int] = []
    var weights: TorchTensor?
    if case .string = state[0] {
      numbers = try parts.first?.tensor?.constant?.cast(to: .int64).ints() ?? []
      weights = parts.count > 1 ? parts[1].tensor : nil
      bias = tensors.first?.tensor
    } else {
      numbers = parts.compactMap { call.interpreter.int($0) }
      weights = tensors.count > 1 ? tensors[1].tensor : nil
      bias = tensors.count > 2 ? tensors[2].tensor : nil
    }
    guard let weights, let rank = numbers.first, (1...3).contains(rank),
      numbers.count >= rank * 4 + 3
    else { throw call.invalid(1, "packed weights") }
    func part(_ index: Int) -> [Int] { Array(numbers[1 + index * rank..<1 + (index + 1) * rank]) }
    self.weights = weights
    strides = part(0)
    padding = part(1)
    dilations = part(2)
    groups = numbers[1 + rank * 4]
    isTransposed = numbers[2 + rank * 4] & 1 != 0
  }
}
