import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Fourier transforms and windows.
  static let signals: [Rule] = [
    Rule("DFT", since: 20) { node in
      DFT(
        isInverse: try node.bool("inverse", default: false),
        isOneSided: try node.bool("onesided", default: false),
        axis: -2
      )
    },
    Rule("DFT") { node in
      DFT(
        isInverse: try node.bool("inverse", default: false),
        isOneSided: try node.bool("onesided", default: false),
        axis: try node.int("axis", default: 1)
      )
    },
    Rule("STFT") { node in STFT(isOneSided: try node.bool("onesided", default: true)) },
    Rule("HannWindow") { node in try window(.hann, node) },
    Rule("HammingWindow") { node in try window(.hamming, node) },
    Rule("BlackmanWindow") { node in try window(.blackman, node) },
    Rule("MelWeightMatrix") { node in
      MelWeightMatrix(outputType: try node.dtype("output_datatype") ?? .float32)
    },
  ]

  private static func window(
    _ kind: WindowFunction.Kind,
    _ node: ONNXNode
  ) throws -> WindowFunction {
    WindowFunction(
      kind,
      isPeriodic: try node.bool("periodic", default: true),
      outputType: try node.dtype("output_datatype") ?? .float32
    )
  }
}
