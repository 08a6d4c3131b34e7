/// Keeps bytes alive while views point into them.
///
/// The bytes never change, so an owner may be shared between threads.
package final class ByteOwner: @unchecked Sendable {
  /// Where the bytes start.
  let start: UnsafeRawPointer

  /// How many bytes there are.
  let count: Int

  private let release: (UnsafeRawPointer, Int) -> Void
  private let purge: (UnsafeRawPointer, Int) -> Void

  /// Takes charge of `count` bytes from `start` and calls `release` when nobody views them any more.
  init(
    start: UnsafeRawPointer,
    count: Int,
    purge: @escaping (UnsafeRawPointer, Int) -> Void = { _, _ in },
    release: @escaping (UnsafeRawPointer, Int) -> Void
  ) {
    self.start = start
    self.count = count
    self.release = release
    self.purge = purge
  }

  /// Lets the system take back memory whose contents it finds in a file when they are looked at
  /// again.
  package func purgeMemory() { purge(start, count) }

  /// Copies `bytes`.
  convenience init(copying bytes: some Collection<UInt8>) {
    let start = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
    UnsafeMutableRawBufferPointer(start: start, count: bytes.count).copyBytes(from: bytes)
    self.init(start: start, count: bytes.count) { start, _ in start.deallocate() }
  }

  deinit { release(start, count) }
}
