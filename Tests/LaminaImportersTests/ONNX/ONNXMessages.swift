import Foundation
import LaminaCore
import LaminaImporters
import LaminaWire
import SwiftProtobuf

// Short ways to write ONNX messages in tests.

extension ONNXTensorProto {
  init(_ name: String = "", _ type: DataType, _ dims: [Int64]) {
    self.init()
    self.name = name
    dataType = type
    self.dims = dims
  }

  init(_ name: String, floats: [Float], _ dims: [Int64]) {
    self.init(name, .float, dims)
    floatData = floats
  }

  init(_ name: String, ints: [Int64], _ dims: [Int64]) {
    self.init(name, .int64, dims)
    int64Data = ints
  }
}

extension ONNXValueInfoProto {
  init(_ name: String, _ type: ONNXTensorProto.DataType = .float, _ dims: [Int64]? = nil) {
    self.init()
    self.name = name
    self.type.tensorType.elemType = type
    guard let dims else { return }
    self.type.tensorType.shape.dim = dims.map { length in
      var dim = ONNXTensorShapeProto.Dimension()
      dim.value = length < 0 ? .dimParam("N") : .dimValue(length)
      return dim
    }
  }
}

extension ONNXAttributeProto {
  init(_ name: String, int: Int64) {
    self.init()
    self.name = name
    type = .int
    i = int
  }

  init(_ name: String, ints: [Int64]) {
    self.init()
    self.name = name
    type = .ints
    self.ints = ints
  }

  init(_ name: String, float: Float) {
    self.init()
    self.name = name
    type = .float
    f = float
  }

  init(_ name: String, graph: ONNXGraphProto) {
    self.init()
    self.name = name
    type = .graph
    g = graph
  }

  init(_ name: String, tensor: ONNXTensorProto) {
    self.init()
    self.name = name
    type = .tensor
    t = tensor
  }

  /// An attribute that takes the value of the function's attribute `reference`.
  init(_ name: String, reference: String, _ type: AttributeType) {
    self.init()
    self.name = name
    self.type = type
    refAttrName = reference
  }
}

extension ONNXNodeProto {
  init(
    _ opType: String,
    _ inputs: [String],
    _ outputs: [String],
    name: String = "",
    domain: String = "",
    _ attributes: [ONNXAttributeProto] = []
  ) {
    self.init()
    self.opType = opType
    input = inputs
    output = outputs
    self.name = name
    self.domain = domain
    attribute = attributes
  }
}

extension ONNXGraphProto {
  init(
    inputs: [ONNXValueInfoProto],
    outputs: [String],
    nodes: [ONNXNodeProto],
    constants: [ONNXTensorProto] = []
  ) {
    self.init()
    name = "test"
    input = inputs
    output = outputs.map { name in
      var info = ONNXValueInfoProto()
      info.name = name
      return info
    }
    node = nodes
    initializer = constants
  }
}

extension ONNXOperatorSetIdProto {
  init(_ domain: String, _ version: Int64) {
    self.init()
    self.domain = domain
    self.version = version
  }
}

extension ONNXModelProto {
  init(_ graph: ONNXGraphProto, opset: Int64 = 13, domains: [String: Int64] = [:]) {
    self.init()
    irVersion = 8
    producerName = "test"
    self.graph = graph
    opsetImport =
      [ONNXOperatorSetIdProto("", opset)]
      + domains.sorted { $0.key < $1.key }.map { ONNXOperatorSetIdProto($0.key, $0.value) }
  }

  /// The graph of the model's file.
  func opened() throws -> Graph { try ONNXFormat.open(try file()) }

  /// The model's file.
  func file() throws -> ModelFile { try modelFile(of: self) }
}

/// The file that a message makes.
func modelFile(of message: some SwiftProtobuf.Message) throws -> ModelFile {
  let bytes: [UInt8] = try message.serializedBytes()
  return ModelFile(name: "test", bytes: ByteView(bytes))
}
