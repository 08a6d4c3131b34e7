import LaminaCore

/// Memory of a prepared kernel, aligned to a cache line, written once and then only read.
final class AlignedBuffer: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  /// Zeroed memory.
  ///
  /// - Throws: a refusal when it is more than the memory limit allows.
  init(byteCount: Int) throws(Refusal) {
    do { try MemoryLimit.check(byteCount) } catch { throw Refusal("\(error)") }
    self.byteCount = byteCount
    base = .allocate(byteCount: max(byteCount, 64), alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: max(byteCount, 64))
  }

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

  deinit { base.deallocate() }

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
