import CNcurses
import Glibc
import TerminalCells

/// How the user wants the terminal used.
package struct TerminalOptions: Hashable, Sendable {
  package var color: ColorPreference
  /// Only ASCII is drawn.
  package var isASCII: Bool

  package init(color: ColorPreference = .auto, isASCII: Bool = false) {
    self.color = color
    self.isASCII = isASCII
  }
}

/// The terminal, from ``init(_:)`` until ``leave()`` in raw mode on its alternate screen.
///
/// ncurses describes the terminal; keys are decoded and cells are compared by `TerminalCells`. So
/// images can have direct colours, waiting for keys can be one `poll` together with the engine's
/// messages, and an unknown `TERM` is no failure. However the process ends, by a signal or by a
/// trap, the terminal is given back first.
package final class Terminal {
  package let glyphs: Glyphs
  package let depth: ColorDepth
  /// Wakes ``wait(milliseconds:)`` from any thread.
  package let waker: Waker

  private let fd: Int32
  private let description: TerminalDescription
  private var encoder: ScreenEncoder
  private var decoder = InputDecoder()
  private var shown: CellBuffer?
  private let wakeReader: Int32
  private var isEntered = false

  /// How long a lone escape byte may be the beginning of a sequence.
  private static let escapeMilliseconds = 30

  package init(_ options: TerminalOptions = TerminalOptions()) throws(TerminalError) {
    guard Self.isPresent else { throw .noTerminal }
    fd = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard fd >= 0 else { throw .noTerminal }
    let environment = currentEnvironment()
    description = try TerminalDescription(fd: fd, name: environment["TERM"] ?? "xterm")
    depth = .detect(
      preference: options.color,
      environment: environment,
      colorCount: description.colorCount
    )
    glyphs = Glyphs(
      isASCII: options.isASCII || !isUnicode(environment),
      hasColouredImages: depth >= .indexed
    )
    encoder = ScreenEncoder(description, depth: depth)
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .modes(errno: errno) }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    wakeReader = ends[0]
    waker = Waker(fd: ends[1])
    try enter()
  }

  deinit {
    leave()
    close(fd)
  }

  private func enter() throws(TerminalError) {
    let code = lamina_guard_enter(fd, description.leave, description.leave.count, waker.fd)
    guard code == 0 else { throw .modes(errno: code) }
    isEntered = true
    write(description.enter)
  }

  /// Gives the terminal back as it was.
  package func leave() {
    guard isEntered else { return }
    isEntered = false
    lamina_guard_leave()
  }

  /// Gives the terminal back and stops the program until it is told to go on.
  package func suspend() {
    lamina_guard_suspend()
    write(description.enter)
    shown = nil
  }

  /// The size of the screen; 80×24 where the terminal does not tell.
  package var size: Size {
    var columns: Int32 = 0
    var rows: Int32 = 0
    lamina_terminal_size(fd, &columns, &rows)
    guard columns > 0, rows > 0 else { return Size(width: 80, height: 24) }
    return Size(width: Int(columns), height: Int(rows))
  }

  /// Shows the buffer, writing only what has changed.
  package func draw(_ buffer: CellBuffer) {
    write(encoder.bytes(for: buffer, shown: shown))
    shown = buffer
  }

  /// Whether a terminal is there to be used.
  package static var isPresent: Bool {
    isatty(STDOUT_FILENO) == 1 || isatty(STDIN_FILENO) == 1
  }

  /// Whether the screen shows the last frame, undisturbed.
  package var isCurrent: Bool { shown != nil }

  /// Forgets what is shown, so that the next frame is drawn whole.
  package func invalidate() { shown = nil }

  /// Puts text into the clipboard of the terminal (OSC 52), also through SSH and tmux.
  package func copy(_ text: String) {
    write(Array("\u{1B}]52;c;".utf8) + base64(Array(text.utf8)) + [0x07])
  }

  /// Waits for input, a signal or the waker.
  ///
  /// - Parameter milliseconds: the longest wait, negative for no limit.
  /// - Returns: what came; nothing when the time is up.
  package func wait(milliseconds: Int) -> [TerminalEvent] {
    var polled = [
      pollfd(fd: fd, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0),
    ]
    let limit = decoder.isWaiting ? Self.escapeMilliseconds : milliseconds
    let count = poll(&polled, nfds_t(polled.count), Int32(clamping: limit))
    guard count > 0 else { return decoder.isWaiting ? decoder.flush() : [] }
    var events: [TerminalEvent] = []
    if polled[1].revents != 0 { events += signals() }
    if polled[0].revents != 0 { events += input() }
    return events
  }

  private func input() -> [TerminalEvent] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(fd, &bytes, bytes.count)
    if count > 0 { return decoder.feed(bytes.prefix(count)) }
    return count < 0 && (errno == EINTR || errno == EAGAIN) ? [] : [.closed]
  }

  private func signals() -> [TerminalEvent] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(wakeReader, &bytes, bytes.count)
    let numbers = Set(bytes.prefix(max(0, count)).map { Int32($0) })
    var events: [TerminalEvent] = []
    if numbers.contains(SIGTSTP) {
      suspend()
      events.append(.resumed)
    } else if numbers.contains(SIGCONT) {
      lamina_guard_resume()
      shown = nil
      write(description.enter)
      events.append(.resumed)
    }
    if !events.isEmpty || numbers.contains(SIGWINCH) {
      shown = nil
      events.append(.resize(size))
    }
    return events
  }

  private func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBufferPointer { lamina_guard_write($0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR && errno != EAGAIN {
        return
      }
    }
  }
}

/// Wakes a waiting terminal; may be used from any thread.
package struct Waker: Sendable {
  fileprivate let fd: Int32

  package func wake() {
    var byte: UInt8 = 0
    _ = Glibc.write(fd, &byte, 1)
  }
}
