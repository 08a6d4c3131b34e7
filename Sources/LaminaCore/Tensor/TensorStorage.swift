import Synchronization

/// The bytes behind a tensor: memory of its own, or a part of something that is kept alive.
package final class TensorStorage: @unchecked Sendable {
  package let base: UnsafeMutableRawPointer
  package let byteCount: Int
  /// What the bytes belong to (a mapped file, an arena); `nil` when they are the storage's own.
  private let owner: AnyObject?
  /// Whether the bytes came from the system rather than the heap.
  private let isLarge: Bool

  /// Bytes before which every own allocation is aligned: one cache line, one AVX-512 register.
  package static let alignment = 64

  /// Takes zeroed memory.
  ///
  /// - Throws: ``ShapeError/outOfMemory(bytes:limit:)`` when it is more than the limit allows.
  package init(byteCount: Int) throws(ShapeError) {
    try MemoryLimit.check(byteCount)
    self.byteCount = byteCount
    owner = nil
    if byteCount >= LargeMemory.threshold,
      let large = LargeMemory.allocate(byteCount: byteCount)
    {
      base = large
      isLarge = true
    } else {
      base = .allocate(byteCount: max(byteCount, 1), alignment: Self.alignment)
      base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
      isLarge = false
    }
  }

  /// Refers to bytes of another object.
  ///
  /// They are only read unless the caller knows better.
  package init(borrowing base: UnsafeRawPointer, byteCount: Int, owner: AnyObject) {
    self.base = UnsafeMutableRawPointer(mutating: base)
    self.byteCount = byteCount
    self.owner = owner
    isLarge = false
  }

  /// Takes a copy of bytes that are in memory already, so that no limit applies.
  package init(copying bytes: UnsafeRawBufferPointer) {
    byteCount = bytes.count
    base = .allocate(byteCount: max(bytes.count, 1), alignment: Self.alignment)
    UnsafeMutableRawBufferPointer(start: base, count: byteCount).copyMemory(from: bytes)
    owner = nil
    isLarge = false
  }

  package var isOwned: Bool { owner == nil }

  deinit {
    if isLarge {
      LargeMemory.deallocate(base, byteCount: byteCount)
    } else if owner == nil {
      base.deallocate()
    }
  }
}

/// The largest single allocation that tensors may make; set from `--max-memory`.
package enum MemoryLimit {
  private static let bytes = Atomic<Int>(8 << 30)

  package static var current: Int { bytes.load(ordering: .relaxed) }

  package static func set(_ limit: Int) { bytes.store(limit, ordering: .relaxed) }

  package static func check(_ byteCount: Int) throws(ShapeError) {
    let limit = current
    guard byteCount >= 0, byteCount <= limit else {
      throw .outOfMemory(bytes: byteCount, limit: limit)
    }
  }
}
