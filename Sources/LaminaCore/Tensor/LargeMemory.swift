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
    let (whole, overflow) = byteCount.addingReportingOverflow(pageByteCount)
    guard byteCount > 0, !overflow,
      let start = mmap(nil, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
      start != MAP_FAILED
    else { return nil }
    let address = UInt(bitPattern: start)
    let slack = Int((UInt(pageByteCount) - address % UInt(pageByteCount)) % UInt(pageByteCount))
    if slack > 0 { munmap(start, slack) }
    let base = start + slack
    let end = (byteCount + 4095) / 4096 * 4096
    if whole - slack > end { munmap(base + end, whole - slack - end) }
    #if os(Linux)
    madvise(base, end, MADV_HUGEPAGE)
    #endif
    return base
  }

  /// Gives memory back that ``allocate(byteCount:)`` took.
  package static func deallocate(_ base: UnsafeMutableRawPointer, byteCount: Int) {
    munmap(base, (byteCount + 4095) / 4096 * 4096)
  }
}
