#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The system's `open`, which the function of that name below would hide.
private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }

/// Opens files as read-only mapped memory.
package enum MappedFile {
  /// Returns a view of the whole file at `path`, read from the disk only where it is looked at.
  ///
  /// A file that another program shortens while it is mapped is not guarded against.
  ///
  /// - Throws: ``WireError/unreadable(path:reason:)`` when the system refuses,
  ///   ``WireError/notAFile(path:kind:)`` for a folder, pipe, socket or device.
  package static func open(_ path: String) throws(WireError) -> ByteView {
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    let descriptor = system { systemOpen(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: lastReason()) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: lastReason())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .notAFile(path: path, kind: kind(of: status.st_mode))
    }
    guard let count = Int(exactly: status.st_size) else {
      throw .unreadable(path: path, reason: "the file is too large")
    }
    guard count > 0 else { return ByteView([]) }
    return try map(descriptor, count: count, path: path)
  }

  private static func map(
    _ descriptor: Int32,
    count: Int,
    path: String
  ) throws(WireError) -> ByteView {
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw .unreadable(path: path, reason: lastReason()) }
    let owner = ByteOwner(
      start: start,
      count: count,
      purge: { start, count in
        madvise(UnsafeMutableRawPointer(mutating: start), count, MADV_DONTNEED)
      },
      release: { start, count in munmap(UnsafeMutableRawPointer(mutating: start), count) }
    )
    return ByteView(owner: owner)
  }

  /// Repeats a system call that a signal interrupts.
  private static func system(_ call: () -> Int32) -> Int32 {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  private static func lastReason() -> String {
    String(cString: strerror(errno)).lowercased()
  }

  private static func kind(of mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "no regular file"
    }
  }
}
