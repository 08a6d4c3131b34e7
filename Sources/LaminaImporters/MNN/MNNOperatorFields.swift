import LaminaWire

// An absent table of parameters reads as one whose fields have their defaults.
extension MNNOperator {
  func int(_ field: Int, default value: Int = 0) throws -> Int {
    try main?.int(field, default: Int32(clamping: value)) ?? value
  }

  func byte(_ field: Int, default value: Int = 0) throws -> Int {
    try main?.byte(field, default: Int8(clamping: value)) ?? value
  }

  func float(_ field: Int, default value: Float = 0) throws -> Float {
    try main?.float(field, default: value) ?? value
  }

  func bool(_ field: Int, default value: Bool = false) throws -> Bool {
    try main?.bool(field, default: value) ?? value
  }

  func ints(_ field: Int) throws -> [Int]? { try main?.ints(field) }

  func floats(_ field: Int) throws -> [Float]? { try main?.floats(field) }
}
