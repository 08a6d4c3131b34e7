#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Zeroed memory straight from the system, in pages as large as it has.
///
/// The system zeroes pages as they are touched, large ones many times faster than small ones.
package enum LargeMemory {
  /// Bytes from which on memory is worth asking the system for.
  package static let threshold = 1 << 20

  /// The size of the large pages that alignment is for.
  private static let pageByteCount = 2 << 20

  /// Takes memory that begins at a large page.
  ///
  /// - Returns: the memory; `nil` when the system has none.
  package static func allocate(byteCount: Int) -> UnsafeMutableRawPointer? {
    guard byteCount > 0, byteCount < Int.max - 2 * pageByteCount else { return nil }
    let end = mappedByteCount(byteCount)
    let whole = end + pageByteCount
    guard
      let start = mmap(nil, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
      start != MAP_FAILED
    else { return nil }
    let address = UInt(bitPattern: start)
    let slack = Int((UInt(pageByteCount) - address % UInt(pageByteCount)) % UInt(pageByteCount))
    if slack > 0 { munmap(start, slack) }
    let base = start + slack
    if whole - slack > end { munmap(base + end, whole - slack - end) }
    #if os(Linux)
    madvise(base, end, MADV_HUGEPAGE)
    #endif
    return base
  }

  /// Gives memory back that ``allocate(byteCount:)`` took.
  package static func deallocate(_ base: UnsafeMutableRawPointer, byteCount: Int) {
    munmap(base, mappedByteCount(byteCount))
  }

  /// Lets the system have the large pages back that lie in a part which nobody uses any more.
  package static func discard(_ base: UnsafeMutableRawPointer, byteCount: Int) {
    let address = Int(bitPattern: base)
    let start = (address + pageByteCount - 1) / pageByteCount * pageByteCount
    let end = (address + byteCount) / pageByteCount * pageByteCount
    if end > start { madvise(base + (start - address), end - start, MADV_DONTNEED) }
  }

  /// The bytes that are mapped: a last page that is half needed is a large one, since as many small
  /// ones take ten times as long to find.
  private static func mappedByteCount(_ byteCount: Int) -> Int {
    let rest = byteCount % pageByteCount
    let unit = rest >= pageByteCount / 2 ? pageByteCount : 4096
    return (byteCount + unit - 1) / unit * unit
  }
}
