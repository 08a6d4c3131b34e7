import LaminaCore

/// Gives the bits that a counter-based generator makes of a state.
///
///     bits = block(key, counter), block(key, counter + 1), …      state = key, counter after them
///
/// - Inputs: `state`, uint64: the key, then the counter; two numbers, or for Philox also three.
/// - Outputs: the state afterwards; the bits as whole numbers of 32 or 64 bits.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: TFLite STABLEHLO_RNG_BIT_GENERATOR; Salmon, Moraes, Dror and Shaw, "Parallel random
///   numbers: as easy as 1, 2, 3", SC 2011.
package struct RandomBits: Operator {
  package static let name = "RandomBits"

  package enum Algorithm: Hashable, Sendable { case philox, threefry }

  package var algorithm: Algorithm
  package var dtype: DataType
  package var lengths: [Int]

  package init(_ algorithm: Algorithm, dtype: DataType, lengths: [Int]) {
    self.algorithm = algorithm
    self.dtype = dtype
    self.lengths = lengths
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let state = try inputs.only()
    try state.require(.uint64)
    try state.requireRank(1...1)
    guard state.shape[0] == 2 || state.shape[0] == 3 && algorithm == .philox else {
      throw .wrongRank(expected: "2 numbers, or 3 for Philox", found: state.shape)
    }
    guard dtype.isInteger, dtype.bitWidth >= 32 else {
      throw .wrongElementType(expected: "whole numbers of 32 or 64 bits", found: dtype)
    }
    return [TensorType(.uint64, state.shape), TensorType(dtype, Shape(lengths))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    var state = try inputs[0].elements(of: UInt64.self)
    let words = try types[1].shape.checkedCount(elementSize: 8) * dtype.byteCount / 4
    let key = halves(state[0])
    var bits: [UInt32] = []
    bits.reserveCapacity(words + 3)
    while bits.count < words {
      if algorithm == .threefry {
        bits += CounterGenerator.threefry(key, halves(state[1]))
      } else {
        bits += CounterGenerator.philox(
          key,
          halves(state[1]) + halves(state[state.count == 3 ? 2 : 0])
        )
      }
      state[1] &+= 1
    }
    var result = try Tensor(zeros: dtype, types[1].shape)
    result.withMutableBytes { target in
      bits.withUnsafeBytes { source in
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<target.count]))
      }
    }
    return [Tensor(types[0].shape, state), result]
  }

  private func halves(_ number: UInt64) -> [UInt32] {
    [UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32)]
  }
}

/// The two generators: a key and a counter make a block of random words.
enum CounterGenerator {
  /// Threefry of two words and 20 rounds.
  static func threefry(_ key: [UInt32], _ counter: [UInt32]) -> [UInt32] {
    let keys = [key[0], key[1], key[0] ^ key[1] ^ 0x1bd1_1bda]
    let turns: [[UInt32]] = [[13, 15, 26, 6], [17, 29, 16, 24]]
    var (a, b) = (counter[0] &+ keys[0], counter[1] &+ keys[1])
    for group in 0..<5 {
      for turn in turns[group % 2] {
        a = a &+ b
        b = (b << turn | b >> (32 - turn)) ^ a
      }
      a = a &+ keys[(group + 1) % 3]
      b = b &+ keys[(group + 2) % 3] &+ UInt32(group + 1)
    }
    return [a, b]
  }

  /// Philox of four words and 10 rounds.
  static func philox(_ key: [UInt32], _ counter: [UInt32]) -> [UInt32] {
    var (key, x) = (key, counter)
    for _ in 0..<10 {
      let first = x[0].multipliedFullWidth(by: 0xd251_1f53)
      let second = x[2].multipliedFullWidth(by: 0xcd9e_8d57)
      x = [second.high ^ x[1] ^ key[0], second.low, first.high ^ x[3] ^ key[1], first.low]
      key = [key[0] &+ 0x9e37_79b9, key[1] &+ 0xbb67_ae85]
    }
    return x
  }
}
