import LaminaCore
import LaminaOperators
import LaminaWire

/// How layers of one type become nodes.
struct MDLRule: Sendable {
  /// The type in the file.
  let name: String

  let translate: @Sendable (MDLModel.Layer, inout MDLGraphBuilder) throws -> Void

  init(
    _ name: String,
    _ translate: @escaping @Sendable (MDLModel.Layer, inout MDLGraphBuilder) throws -> Void
  ) {
    self.name = name
    self.translate = translate
  }
}

/// A variant of a known layer that the engine does not have, or one whose weights are not there.
struct MDLUnsupported: Error {
  let reason: String
}

extension MDLModel.Layer {
  var place: String { "layer \(name) (\(type))" }

  func int(_ key: String, default value: Int = 0) -> Int {
    parameters[key]?.integer ?? value
  }

  func float(_ key: String, default value: Double) -> Double { parameters[key]?.number ?? value }

  func text(_ key: String) -> String { parameters[key]?.string ?? "" }

  func isSet(_ key: String) -> Bool { parameters[key] == .bool(true) || int(key) != 0 }
}
