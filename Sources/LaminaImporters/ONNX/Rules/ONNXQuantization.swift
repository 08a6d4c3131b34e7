import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Conversions between numbers and codes.
  static let quantization: [Rule] = [
    Rule("QuantizeLinear") { node in
      QuantizeLinear(
        axis: try node.int("axis", default: 1),
        blockSize: try node.int("block_size", default: 0),
        outputType: try node.dtype("output_dtype"),
        saturates: try node.bool("saturate", default: true),
        precision: try node.dtype("precision")
      )
    },
    Rule("DequantizeLinear") { node in
      DequantizeLinear(
        axis: try node.int("axis", default: 1),
        blockSize: try node.int("block_size", default: 0),
        outputType: try node.dtype("output_dtype")
      )
    },
    Rule("DynamicQuantizeLinear") { _ in DynamicQuantizeLinear() },
  ]
}
