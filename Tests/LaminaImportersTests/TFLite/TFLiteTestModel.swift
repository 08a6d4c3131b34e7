import LaminaImporters
import LaminaWire
import LaminaWireTestSupport

/// A small TensorFlow Lite file for tests: write the lists, take the bytes.
struct TFLiteTestModel {
  struct Tensor {
    var name: String
    var shape: [Int32]
    var type = TFLiteTensorType.float32
    var contents: [UInt8]?
    var quantization: FlatValue?
    /// Further fields of the table.
    var more: [Int: FlatValue] = [:]
  }

  struct Operator {
    var name: String
    var inputs: [Int32]
    var outputs: [Int32]
    /// The number of the options table in the schema's union, and its fields.
    var options: [Int: FlatValue]?
    var custom: [UInt8]?
  }

  struct Subgraph {
    var tensors: [Tensor]
    var inputs: [Int32]
    var outputs: [Int32]
    var operators: [Operator]
  }

  var subgraphs: [Subgraph]
  var version: UInt32 = 3
  var identifier = "TFL3"
  /// Named buffers.
  var metadata: [(name: String, contents: [UInt8])] = []
  /// Further fields of the model.
  var more: [Int: FlatValue] = [:]

  init(_ subgraphs: Subgraph...) { self.subgraphs = subgraphs }

  /// One scale for the whole tensor, or one for each position along `axis`.
  static func quantization(
    _ scales: [Float],
    _ zeroPoints: [Int64],
    axis: Int32 = 0
  ) -> FlatValue {
    .table([2: .floats(scales), 3: .longs(zeroPoints), 6: .int32(axis)])
  }

  /// The bytes of numbers, as buffers hold them.
  static func bytes<Number>(_ numbers: [Number]) -> [UInt8] {
    numbers.withUnsafeBytes { Array($0) }
  }

  /// The bytes of the file.
  var bytes: [UInt8] {
    var buffers: [FlatValue] = [.table([:])]
    let names = Set(subgraphs.flatMap(\.operators).map(\.name)).sorted()
    func buffer(_ contents: [UInt8]) -> FlatValue {
      buffers.append(.table([0: .bytes(contents)]))
      return .uint32(UInt32(buffers.count - 1))
    }
    func tensor(_ tensor: Tensor) -> FlatValue {
      var fields: [Int: FlatValue] = [
        0: .ints(tensor.shape), 1: .int8(Int8(tensor.type.rawValue)), 3: .string(tensor.name),
      ]
      if let contents = tensor.contents { fields[2] = buffer(contents) }
      if let quantization = tensor.quantization { fields[4] = quantization }
      return .table(fields.merging(tensor.more) { $1 })
    }
    func node(_ node: Operator) -> FlatValue {
      let code = names.firstIndex(of: node.name) ?? 0
      var fields: [Int: FlatValue] = [
        0: .uint32(UInt32(code)), 1: .ints(node.inputs), 2: .ints(node.outputs),
      ]
      if let options = node.options { fields[4] = .table(options) }
      if let custom = node.custom { fields[5] = .bytes(custom) }
      return .table(fields)
    }
    let graphs = subgraphs.map { graph in
      FlatValue.table([
        0: .tables(graph.tensors.map(tensor)), 1: .ints(graph.inputs), 2: .ints(graph.outputs),
        3: .tables(graph.operators.map(node)),
      ])
    }
    let entries = metadata.map { entry in
      FlatValue.table([0: .string(entry.name), 1: buffer(entry.contents)])
    }
    let fields: [Int: FlatValue] = [
      0: .uint32(version), 1: .tables(names.map(code)), 2: .tables(graphs), 4: .tables(buffers),
      6: .tables(entries),
    ]
    return FlatBufferWriter.write(.table(fields.merging(more) { $1 }), identifier: identifier)
  }

  /// Names that are not in the schema are custom operators.
  private func code(_ name: String) -> FlatValue {
    guard let number = (0..<256).first(where: { TFLiteBuiltins.name(of: $0) == name }) else {
      return .table([0: .int8(32), 1: .string(name)])
    }
    return .table([0: .int8(Int8(min(number, 127))), 3: .int32(Int32(number))])
  }
}

extension TFLiteTestModel {
  /// A convolution of codes, its activation, and a reshape by a constant.
  static let convolution = TFLiteTestModel(
    Subgraph(
      tensors: [
        Tensor(
          name: "image",
          shape: [1, 3, 3, 1],
          type: .int8,
          quantization: quantization([0.5], [-1])
        ),
        Tensor(
          name: "weights",
          shape: [2, 2, 2, 1],
          type: .int8,
          contents: [1, 2, 3, 4, 255, 254, 253, 252],
          quantization: quantization([0.25, 0.5], [0, 0])
        ),
        Tensor(
          name: "bias",
          shape: [2],
          type: .int32,
          contents: bytes([Int32(8), -4]),
          quantization: quantization([0.125, 0.25], [0, 0])
        ),
        Tensor(
          name: "features",
          shape: [1, 2, 2, 2],
          type: .int8,
          quantization: quantization([0.5], [3])
        ),
        Tensor(name: "target", shape: [2], type: .int32, contents: bytes([Int32(1), 8])),
        Tensor(
          name: "flat",
          shape: [1, 8],
          type: .int8,
          quantization: quantization([0.5], [3])
        ),
      ],
      inputs: [0],
      outputs: [5],
      operators: [
        Operator(
          name: "CONV_2D",
          inputs: [0, 1, 2],
          outputs: [3],
          options: [0: .int8(1), 1: .int32(1), 2: .int32(1), 3: .int8(1)]
        ),
        Operator(name: "RESHAPE", inputs: [3, 4], outputs: [5]),
      ]
    )
  )

  /// A graph that doubles its number until it is 100 or more.
  static let loop = TFLiteTestModel(
    Subgraph(
      tensors: [Tensor(name: "start", shape: [1]), Tensor(name: "end", shape: [1])],
      inputs: [0],
      outputs: [1],
      operators: [
        Operator(name: "WHILE", inputs: [0], outputs: [1], options: [0: .int32(1), 1: .int32(2)])
      ]
    ),
    Subgraph(
      tensors: [
        Tensor(name: "number", shape: [1]),
        Tensor(name: "limit", shape: [1], contents: bytes([Float(100)])),
        Tensor(name: "goes on", shape: [1], type: .bool),
      ],
      inputs: [0],
      outputs: [2],
      operators: [Operator(name: "LESS", inputs: [0, 1], outputs: [2])]
    ),
    Subgraph(
      tensors: [Tensor(name: "number", shape: [1]), Tensor(name: "double", shape: [1])],
      inputs: [0],
      outputs: [1],
      operators: [Operator(name: "ADD", inputs: [0, 0], outputs: [1])]
    )
  )
}
