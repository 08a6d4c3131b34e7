import LaminaCore
import Synchronization

/// Memory of a prepared kernel, aligned to a cache line, written once and then only read.
final class AlignedBuffer: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int
  private let slab: MemorySlab

  /// Zeroed memory.
  ///
  /// - Throws: a refusal when it is more than the memory limit allows.
  init(byteCount: Int) throws(Refusal) {
    do { try MemoryLimit.check(byteCount) } catch { throw Refusal("\(error)") }
    self.byteCount = byteCount
    (slab, base) = MemorySlab.take(max(byteCount, 64))
  }

  deinit { slab.giveBack(base, byteCount) }

  /// Memory filled with one byte.
  convenience init(byteCount: Int, filledWith byte: UInt8) throws(Refusal) {
    try self.init(byteCount: byteCount)
    base.initializeMemory(as: UInt8.self, repeating: byte, count: max(byteCount, 64))
  }

  /// A copy of an array.
  convenience init<Element: BitwiseCopyable>(_ elements: [Element]) throws(Refusal) {
    try self.init(byteCount: elements.count * MemoryLayout<Element>.stride)
    elements.withUnsafeBytes { source in
      if let from = source.baseAddress { base.copyMemory(from: from, byteCount: source.count) }
    }
  }

  var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }
  var bytes: UnsafeMutablePointer<UInt8> { base.assumingMemoryBound(to: UInt8.self) }
  var codes: UnsafeMutablePointer<Int8> { base.assumingMemoryBound(to: Int8.self) }
  var ints: UnsafeMutablePointer<Int32> { base.assumingMemoryBound(to: Int32.self) }
}

/// One C structure at a fixed address, for kernels that keep pointers to it.
final class Pinned<Value>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Value>

  init(_ value: Value) {
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: value)
  }

  deinit {
    pointer.deinitialize(count: 1)
    pointer.deallocate()
  }
}

/// A large stretch of zeroed memory that buffers take parts of, one after the other; freed when the
/// last one is.
final class MemorySlab: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let byteCount: Int
  private let isLarge: Bool
  private var used = 0

  /// The slab that parts are taken from; buffers keep those before it.
  private static let latest = Mutex<MemorySlab?>(nil)
  /// Addresses only: pages are taken when they are written to.
  private static let usualByteCount = 64 << 20
  /// Bytes of a buffer that has a slab of its own.
  private static let ownByteCount = 16 << 20

  /// Memory of the system, or of the heap when it has none.
  private init(byteCount: Int, atLeast needed: Int) {
    if let large = LargeMemory.allocate(byteCount: byteCount) {
      (base, self.byteCount, isLarge) = (large, byteCount, true)
    } else {
      base = .allocate(byteCount: needed, alignment: 64)
      base.initializeMemory(as: UInt8.self, repeating: 0, count: needed)
      (self.byteCount, isLarge) = (needed, false)
    }
  }

  deinit {
    if isLarge {
      LargeMemory.deallocate(base, byteCount: byteCount)
    } else {
      base.deallocate()
    }
  }

  /// Zeroed memory aligned to a cache line, and the slab it belongs to.
  static func take(_ byteCount: Int) -> (slab: MemorySlab, base: UnsafeMutableRawPointer) {
    let size = (byteCount + 63) / 64 * 64
    if size >= ownByteCount { return MemorySlab(byteCount: size, atLeast: size).part(size) }
    return latest.withLock { latest in
      if let slab = latest, slab.byteCount - slab.used >= size { return slab.part(size) }
      let slab = MemorySlab(byteCount: usualByteCount, atLeast: size)
      latest = slab
      return slab.part(size)
    }
  }

  /// Takes note that nobody needs a part any more.
  func giveBack(_ part: UnsafeMutableRawPointer, _ byteCount: Int) {
    if isLarge { LargeMemory.discard(part, byteCount: byteCount) }
  }

  private func part(_ size: Int) -> (slab: MemorySlab, base: UnsafeMutableRawPointer) {
    defer { used += size }
    return (self, base + used)
  }
}
