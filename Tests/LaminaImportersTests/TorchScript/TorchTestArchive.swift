import LaminaWire
import LaminaWireTestSupport

/// Small TorchScript archives, put together byte by byte.
enum TorchTestArchive {
  /// An archive with a module `Net` that has the 2×3 tensor `w` (1 to 6), and this code for it.
  static func archive(code: String, pickle: [UInt8]? = nil) -> [UInt8] {
    let numbers: [Float] = [1, 2, 3, 4, 5, 6]
    return ZipBytes.archive([
      ("net/data.pkl", pickle ?? module),
      ("net/code/__torch__.py", Array(code.utf8)),
      ("net/data/0", numbers.withUnsafeBytes { Array($0) }),
      ("net/version", Array("3\n".utf8)),
    ])
  }

  /// An archive without code.
  static func weights(_ pickle: [UInt8]) -> [UInt8] {
    let numbers: [Float] = [1, 2, 3, 4, 5, 6]
    return ZipBytes.archive([
      ("net/data.pkl", pickle), ("net/data/0", numbers.withUnsafeBytes { Array($0) }),
    ])
  }

  /// A class whose method `forward` has this body.
  static func code(_ body: String, parameters: String = "x: Tensor") -> String {
    let lines = body.split(separator: "\n").map { "    \($0)\n" }.joined()
    return "class Net(Module):\n  w : Tensor\n  training : bool\n"
      + "  def forward(self: __torch__.Net,\n    \(parameters)) -> Tensor:\n\(lines)"
  }

  /// `Net` with its attributes, as PyTorch pickles it.
  static var module: [UInt8] {
    [0x80, 2]
      + Array("c__torch__\nNet\n)".utf8) + [0x81] + Array("}(".utf8) + text("training") + [0x89]
      + text("w") + tensor + Array("ub.".utf8)
  }

  /// The tensor by `_rebuild_tensor_v2`.
  static var tensor: [UInt8] {
    Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8) + text("storage")
      + Array("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu") + [0x4B, 6]
      + Array("tQ".utf8) + [0x4B, 0] + [0x4B, 2, 0x4B, 3, 0x86] + [0x4B, 3, 0x4B, 1, 0x86]
      + [0x89] + Array("ccollections\nOrderedDict\n)RtR".utf8)
  }

  static func text(_ text: String) -> [UInt8] {
    [0x58, UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8)
  }
}
