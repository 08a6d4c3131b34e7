import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Changes of how numbers are stored; the types of the two ends say how.
  static let quantization: [TFLiteRule] = [
    TFLiteRule("QUANTIZE") { _ in Requantize() },
    TFLiteRule("DEQUANTIZE") { _ in Requantize() },
    TFLiteRule("FAKE_QUANT") { node in
      FakeQuant(
        low: try node.float(0),
        high: try node.float(1),
        bitCount: try node.int(2),
        isNarrow: try node.bool(3)
      )
    },
  ]
}
