import Glibc

/// What the operating system says of the process.
package enum ProcessMemory {
  /// The most memory that the process has had resident, in bytes.
  ///
  /// Linux lets a program inherit `ru_maxrss` from the process that started it, which may have been
  /// a larger one; `VmHWM` is its own.
  package static var peakByteCount: Int {
    #if os(Linux)
    if let own = peakOfStatus { return own }
    #endif
    var usage = rusage()
    #if canImport(Darwin)
    guard getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
    return usage.ru_maxrss
    #else
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return usage.ru_maxrss * 1024
    #endif
  }

  #if os(Linux)
  private static var peakOfStatus: Int? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
        as: UTF8.self
      )
      guard text.hasPrefix("VmHWM:") else { continue }
      return text.split(whereSeparator: \.isWhitespace).dropFirst().first
        .flatMap { Int($0) }.map { $0 * 1024 }
    }
    return nil
  }
  #endif
}
