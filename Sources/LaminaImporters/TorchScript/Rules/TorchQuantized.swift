import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Operators on codes; the types of values say how codes stand for numbers.
  static let quantized: [TorchRule] = [
    TorchRule("aten::quantize_per_tensor") { call in
      let number = try call.int(3, "dtype", default: 13)
      guard let dtype = TorchScalarType.dtype(number) else { throw call.invalid(3, "a type") }
      let type = TensorType(
        dtype,
        .unranked,
        quantization: quantization(scale: try call.double(1), zeroPoint: try call.int(2))
      )
      let x = try call.tensor(0)
      let y = try call.node(Requantize(), [x], type: type)
      y.origin = x.origin
      return .tensor(y)
    },
    TorchRule("aten::dequantize") { call in
      guard try call.type(0).quantization != nil else { return call.value(0) }
      return .tensor(try call.node(Requantize(), [try call.tensor(0)], dtype: .float32))
    },
    TorchRule("aten::q_scale") { call in
      .double(Double(try call.type(0).quantization?.scales.first ?? 1))
    },
    TorchRule("aten::q_zero_point") { call in
      .int(try call.type(0).quantization?.zeroPoints.first ?? 0)
    },
    TorchRule("aten::int_repr") { .tensor(try $0.node(DetachQuantization(), [try $0.tensor(0)])) },
    TorchRule("quantized::conv1d_prepack") { .object(packed("Conv1d", $0)) },
    TorchRule("quantized::conv2d_prepack") { .object(packed("Conv2d", $0)) },
    TorchRule("quantized::conv3d_prepack") { .object(packed("Conv3d", $0)) },
    TorchRule("quantized::linear_prepack") { .object(packed("Linear", $0)) },
    TorchRule("quantized::linear_prepack_fp16") { .object(packed("Linear", $0)) },
    TorchRule("quantized::linear_unpack") { call in
      let parameters = try linearParameters(call.value(0), call)
      return .tuple([.tensor(parameters.weights), parameters.bias.map { .tensor($0) } ?? .none])
    },
    TorchRule("quantized::conv2d") { try quantizedConvolution($0, nil) },
    TorchRule("quantized::conv2d_relu") { try quantizedConvolution($0, .relu) },
    TorchRule("quantized::conv3d") { try quantizedConvolution($0, nil) },
    TorchRule("quantized::conv3d_relu") { try quantizedConvolution($0, .relu) },
    TorchRule("quantized::linear") { try quantizedLinear($0, nil) },
    TorchRule("quantized::linear_relu") { try quantizedLinear($0, .relu) },
    TorchRule("quantized::linear_dynamic") { try dynamicLinear($0, nil) },
    TorchRule("quantized::linear_relu_dynamic") { try dynamicLinear($0, .relu) },
    TorchRule("quantized::linear_dynamic_fp16") { try dynamicLinear($0, nil) },
    TorchRule("quantized::add") { try quantizedPair($0, .add, nil) },
    TorchRule("quantized::add_relu") { try quantizedPair($0, .add, .relu) },
    TorchRule("quantized::mul") { try quantizedPair($0, .mul, nil) },
    TorchRule("quantized::mul_relu") { try quantizedPair($0, .mul, .relu) },
    TorchRule("quantized::cat") { try quantizedConcat($0, nil) },
    TorchRule("quantized::cat_relu") { try quantizedConcat($0, .relu) },
    TorchRule("quantized::hardswish") { try rescaled($0, .hardSwish, scale: 1, zero: 2) },
    TorchRule("quantized::sigmoid") { try rescaled($0, .sigmoid, scale: 1, zero: 2) },
    TorchRule("quantized::leaky_relu") { call in
      let slope = try call.double(1)
      return try rescaled(call, .leakyRelu(slope: slope), scale: 3, zero: 4)
    },
    TorchRule("quantized::elu") { call in
      try rescaled(call, .elu(alpha: call.double(3, default: 1)), scale: 1, zero: 2)
    },
    TorchRule("quantized::relu6") { try $0.unary(UnaryElementwise(.relu6)) },
    TorchRule("quantized::batch_norm2d") { try quantizedBatchNorm($0, nil) },
    TorchRule("quantized::batch_norm2d_relu") { try quantizedBatchNorm($0, .relu) },
  ]

  /// One scale for a tensor; numbers between two codes go to the even one, as PyTorch has it.
  static func quantization(scale: Double, zeroPoint: Int) -> Quantization {
    var result = Quantization(scale: Float(scale), zeroPoint: zeroPoint)
    result.rounding = .toEven
    return result
  }

  /// The type of a result whose scale and zero point are arguments of the call.
  private static func type(
    _ call: TorchCall,
    _ dtype: DataType,
    scale: Int,
    zero: Int
  ) throws -> TensorType {
    TensorType(
      dtype,
      .unranked,
      quantization: quantization(
        scale: try call.double(scale, "output_scale"),
        zeroPoint: try call.int(zero, "output_zero_point")
      )
    )
  }

  // MARK: Packed parameters

  /// Notes the arguments of a packing as the state of an object.
  private static func packed(_ kind: String, _ call: TorchCall) -> TorchObject {
    let name = "__torch__.torch.classes.quantized.\(kind)PackedParamsBase"
    let object = TorchObject(className: name, path: call.graph.path)
    object.attributes["arguments"] = .tuple(call.arguments)
    return object
  }

  private static func linearParameters(
    _ value: TorchValue,
    _ call: TorchCall
  ) throws -> (weights: TorchTensor, bias: TorchTensor?) {
    guard case .object(let object) = value else { throw call.invalid(1, "packed weights") }
    var items = (object.attributes["arguments"] ?? object.state ?? .none).items ?? []
    if items.count == 1, let inner = items[0].items { items = inner }
    guard let weights = items.first?.tensor else { throw call.invalid(1, "packed weights") }
    if weights.name.isEmpty { weights.name = "\(object.path).weight" }
    return (weights, items.count > 1 ? items[1].tensor : nil)
  }

  /// The bias as whole numbers in steps of both scales.
  private static func bias(
    _ bias: TorchTensor?,
    _ x: TensorType,
    _ weights: Quantization?,
    _ call: TorchCall
  ) throws -> TorchTensor? {
    guard let bias, let constant = bias.constant else { return bias }
    guard let input = x.quantization?.scales.first, let weights else { return bias }
    let numbers = try constant.floats()
    let scales = weights.scales.map { Float($0) * input }
    guard scales.count == 1 || scales.count == numbers.count, scales.allSatisfy({ $0 > 0 }) else {
      throw call.invalid(1, "a scale for each output")
    }
    let range = Double(Int32.min)...Double(Int32.max)
    let codes = numbers.enumerated().map { index, number in
      let step = Double(scales[scales.count == 1 ? 0 : index])
      let code = (Double(number) / step).rounded(.toNearestOrEven)
      return min(max(code.isNaN ? 0 : code, range.lowerBound), range.upperBound)
    }
    var tensor = try Tensor(.int32, constant.shape, rounding: codes)
    tensor.quantization = Quantization(
      scales: scales,
      zeroPoints: scales.map { _ in 0 },
      axis: scales.count == 1 ? nil : 0
    )
    return TorchTensor(constant: tensor, name: bias.name)
  }

  private static func quantizedConvolution(
    _ call: TorchCall,
    _ activation: Activation?
  ) throws -> TorchValue {
    guard case .object(let object) = call.value(1) else { throw call.invalid(1, "packed weights") }
    let parameters = try TorchPackedConvolution(object, call)
    let x = try call.tensor(0)
    let w = parameters.weights
    let shape = call.graph.type(of: w).shape
    guard shape.rank >= 3, !parameters.isTransposed else {
      throw call.unsupported("a transposed convolution of codes")
    }
    let rank = shape.rank - 2
    let window = Window(
      size: Array(shape.dims.dropFirst(2)),
      strides: Array(parameters.strides.prefix(rank)),
      dilations: Array(parameters.dilations.prefix(rank)),
      padding: .explicit(
        before: Array(parameters.padding.prefix(rank)),
        after: Array(parameters.padding.prefix(rank))
      )
    )
    try call.interpreter.need(x, rank: shape.rank, axis: 1, length: shape[1] &* parameters.groups)
    let xType = call.graph.type(of: x)
    let bias = try bias(parameters.bias, xType, w.constant?.quantization, call)
    return .tensor(
      try call.node(
        Conv(window: window, groups: parameters.groups),
        [x, w, bias],
        type: type(call, xType.dtype, scale: 2, zero: 3),
        activation: activation
      )
    )
  }

  private static func quantizedLinear(
    _ call: TorchCall,
    _ activation: Activation?
  ) throws -> TorchValue {
    let (x, parameters) = (try call.tensor(0), try linearParameters(call.value(1), call))
    try needVector(x, parameters.weights, call)
    let xType = call.graph.type(of: x)
    let scales = parameters.weights.constant?.quantization
    let inputs = [x, parameters.weights, try bias(parameters.bias, xType, scales, call)]
    return .tensor(
      try call.node(
        FullyConnected(keepsDimensions: true),
        inputs,
        type: type(call, xType.dtype, scale: 2, zero: 3),
        activation: activation
      )
    )
  }

  /// Weights are codes, the rest is floats.
  private static func dynamicLinear(
    _ call: TorchCall,
    _ activation: Activation?
  ) throws -> TorchValue {
    let (x, parameters) = (try call.tensor(0), try linearParameters(call.value(1), call))
    try needVector(x, parameters.weights, call)
    let inputs = [x, parameters.weights, parameters.bias]
    let y = try call.node(
      FullyConnected(keepsDimensions: true),
      inputs,
      dtype: .float32,
      activation: activation
    )
    return .tensor(y)
  }

  // MARK: Elementwise

  private static func quantizedPair(
    _ call: TorchCall,
    _ function: BinaryElementwise.Function,
    _ activation: Activation?
  ) throws -> TorchValue {
    let (a, b) = (try call.tensor(0), try call.tensor(1))
    let dtype = call.graph.type(of: a).dtype
    return .tensor(
      try call.node(
        BinaryElementwise(function),
        [a, b],
        type: type(call, dtype, scale: 2, zero: 3),
        activation: activation
      )
    )
  }

  private static func quantizedConcat(
    _ call: TorchCall,
    _ activation: Activation?
  ) throws -> TorchValue {
    let tensors = try call.tensors(0)
    guard let first = tensors.first else { throw call.invalid(0, "tensors") }
    let type =
      call.has(2)
      ? try type(call, call.graph.type(of: first).dtype, scale: 2, zero: 3)
      : call.graph.type(of: first).with(shape: .unranked)
    let op = Concat(axis: try call.int(1, "dim", default: 0))
    return .tensor(try call.node(op, tensors, type: type, activation: activation))
  }

  private static func rescaled(
    _ call: TorchCall,
    _ function: UnaryElementwise.Function,
    scale: Int,
    zero: Int
  ) throws -> TorchValue {
    let type = try type(call, try call.type(0).dtype, scale: scale, zero: zero)
    return .tensor(try call.node(UnaryElementwise(function), [try call.tensor(0)], type: type))
  }

  private static func quantizedBatchNorm(
    _ call: TorchCall,
    _ activation: Activation?
  ) throws -> TorchValue {
    let x = try call.tensor(0)
    let inputs = try [x] + (1...4).map { try call.tensor($0) }
    return .tensor(
      try call.node(
        BatchNorm(epsilon: Float(try call.double(5))),
        inputs,
        type: type(call, call.graph.type(of: x).dtype, scale: 6, zero: 7),
        activation: activation
      )
    )
  }

  // MARK: Recurrent

  /// Layers with packed weights, which are taken as the floats that they stand for.
  static func quantizedStack(_ call: TorchCall, _ cell: Cell) throws -> TorchValue {
    guard let items = call.value(2).items else {
      throw call.unsupported("its sequences are packed")
    }
    var weights: [(input: Tensor, state: Tensor, inputBias: Tensor?, stateBias: Tensor?)] = []
    for item in items {
      guard case .object(let object) = item else { throw call.invalid(2, "packed cells") }
      weights.append(try packedCell(object, call))
    }
    return try run(
      call,
      Stack(
        cell: cell,
        layerCount: try call.int(4),
        isBidirectional: try call.bool(7),
        isBatchFirst: try call.bool(8),
        weights: weights
      )
    )
  }

  private static func packedCell(
    _ object: TorchObject,
    _ call: TorchCall
  ) throws -> (input: Tensor, state: Tensor, inputBias: Tensor?, stateBias: Tensor?) {
    guard let state = object.state?.items ?? object.attributes["arguments"]?.items else {
      throw call.invalid(2, "packed cells")
    }
    var objects: [TorchObject] = []
    func collect(_ value: TorchValue) {
      if case .object(let object) = value { objects.append(object) }
      value.items?.forEach(collect)
    }
    state.forEach(collect)
    guard objects.count == 2 else { throw call.unsupported("its cells are packed in another way") }
    let input = try linearParameters(.object(objects[0]), call)
    let hidden = try linearParameters(.object(objects[1]), call)
    guard let a = input.weights.constant, let b = hidden.weights.constant else {
      throw call.unsupported("its weights depend on data")
    }
    return (a, b, input.bias?.constant, hidden.bias?.constant)
  }
}
