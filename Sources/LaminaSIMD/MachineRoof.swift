import CLaminaKernels
import LaminaRuntime

/// What the processor can do at most with the instruction set in use, measured on the spot.
///
/// Rates are those of all threads together.
package struct MachineRoof: Sendable {
  /// How fast bytes are read that were read before, and by how many they are.
  package struct Reading: Sendable {
    package let byteCount: Int
    package let bytesPerSecond: Double
  }

  package let floatMACsPerSecond: Double
  package let brainMACsPerSecond: Double
  package let byteMACsPerSecond: Double
  /// From the first-level caches to memory.
  package let readings: [Reading]

  /// Sizes that stand for the caches of a core, those that cores share, and memory.
  private static let sizes = [1 << 15, 1 << 19, 1 << 22, 1 << 26]
  private static let rounds = 20_000

  /// Measures for some hundredths of a second.
  package static func measure(threadCount: Int) -> MachineRoof {
    let kernels = InstructionSet.current.kernels
    let pool = ThreadPool(threadCount: threadCount)
    let operations = Double(threadCount * rounds * kernels.roof_chains)
    let lanes = Double(kernels.lanes)
    let floats = shortest { pool.parallel(threadCount) { _, _ in _ = kernels.f32_roof(rounds) } }
    let brains = shortest { pool.parallel(threadCount) { _, _ in _ = kernels.bf16_roof(rounds) } }
    let bytes = shortest { pool.parallel(threadCount) { _, _ in _ = kernels.i8_roof(rounds) } }
    return MachineRoof(
      floatMACsPerSecond: operations * lanes / floats,
      brainMACsPerSecond: operations * lanes * 2 / brains,
      byteMACsPerSecond: operations * lanes * Double(kernels.dot_group) / bytes,
      readings: sizes.map { reading($0, threadCount: threadCount, kernels, pool) }
    )
  }

  private static func reading(
    _ byteCount: Int,
    threadCount: Int,
    _ kernels: lamina_kernels,
    _ pool: ThreadPool
  ) -> Reading {
    let count = byteCount / 4
    let buffers = (0..<threadCount).map { _ in [Float](repeating: 0, count: count) }
    let repeats = max((1 << 24) / byteCount, 1)
    let seconds = shortest {
      pool.parallel(threadCount) { share, _ in
        buffers[share].withUnsafeBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          for _ in 0..<repeats { _ = kernels.x32_roof(base, count) }
        }
      }
    }
    let total = Double(threadCount * repeats * byteCount)
    return Reading(byteCount: byteCount, bytesPerSecond: total / seconds)
  }

  /// The shortest of a few times, in seconds: whatever else runs can only lengthen them.
  private static func shortest(_ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    var best = Duration.seconds(1)
    for _ in 0..<5 { best = min(best, clock.measure(body)) }
    return Double(best.components.attoseconds) * 1e-18 + Double(best.components.seconds)
  }
}
