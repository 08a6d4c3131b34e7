import Glibc

/// What Linux's headers keep from Swift.
private enum Linux {
  /// `TIOCSPTLCK`: locks or unlocks a pseudo-terminal.
  static let unlock: UInt = 0x4004_5431
  /// `TIOCGPTN`: the number of a pseudo-terminal.
  static let number: UInt = 0x8004_5430
  /// `POSIX_SPAWN_SETSID`: the program leads a session of its own.
  static let newSession: Int16 = 0x80
}

/// A program that runs in a pseudo-terminal, and the screen that it draws on.
package final class PseudoTerminal {
  /// Why the program could not be started.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package private(set) var screen: Screen
  package let process: pid_t
  private let master: Int32
  /// Kept open so that the modes can be read after the program has ended.
  private let slave: Int32
  private let modesBefore: [UInt8]
  private var status: Int32?

  /// Starts a program in a terminal of its own.
  ///
  /// - Parameters:
  ///   - path: the program.
  ///   - arguments: what follows its name.
  ///   - width: the terminal's columns.
  ///   - height: the terminal's rows.
  ///   - environment: variables beside `PATH` and `HOME`.
  /// - Throws: ``Failure`` when there is no terminal or no program.
  package init(
    _ path: String,
    _ arguments: [String],
    width: Int,
    height: Int,
    environment: [String: String] = ["TERM": "xterm-256color", "LANG": "C.UTF-8"]
  ) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var lock: Int32 = 0
    var number: Int32 = -1
    guard master >= 0, ioctl(master, Linux.unlock, &lock) == 0,
      ioctl(master, Linux.number, &number) == 0
    else { throw Failure(description: "no pseudo-terminal") }
    let slaveName = "/dev/pts/\(number)"
    slave = open(slaveName, O_RDWR | O_NOCTTY)
    screen = Screen(width: width, height: height)
    Self.setSize(of: master, width, height)
    modesBefore = Self.modes(of: slave)
    process = try Self.spawn(path, arguments, terminal: slaveName, environment)
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
  }

  deinit {
    if status == nil {
      kill(process, SIGKILL)
      var ignored: Int32 = 0
      waitpid(process, &ignored, 0)
    }
    close(slave)
    close(master)
  }

  /// Sends bytes as if they were typed.
  package func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Gives the terminal another size, of which the program is told.
  package func resize(width: Int, height: Int) {
    screen.resize(width: width, height: height)
    Self.setSize(of: master, width, height)
  }

  package func send(signal: Int32) { kill(process, signal) }

  /// Whether the terminal's modes are those before the program began.
  package var hasFormerModes: Bool { Self.modes(of: slave) == modesBefore }

  /// Reads what the program writes until the screen is as wanted.
  ///
  /// - Returns: whether it came to be so within the time.
  package func wait(
    seconds: Double = 10,
    until isDone: (Screen) -> Bool
  ) -> Bool {
    let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
    while true {
      let hasEnded = !read(milliseconds: 20)
      if isDone(screen) { return true }
      if hasEnded || ContinuousClock.now > end { return false }
    }
  }

  /// Reads until the program has ended.
  ///
  /// - Returns: its wait status, or `nil` when it did not end within the time.
  package func waitForEnd(seconds: Double = 10) -> Int32? {
    let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
    while status == nil, ContinuousClock.now < end {
      _ = read(milliseconds: 20)
      var found: Int32 = 0
      if waitpid(process, &found, WNOHANG) == process { status = found }
    }
    while read(milliseconds: 0) {}
    return status
  }

  /// Takes what has been written; `false` when nothing was there.
  private func read(milliseconds: Int32) -> Bool {
    var polled = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, milliseconds) > 0 else { return status == nil && milliseconds > 0 }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = Glibc.read(master, &bytes, bytes.count)
    guard count > 0 else { return false }
    screen.feed(bytes.prefix(count))
    return true
  }

  private static func setSize(of file: Int32, _ width: Int, _ height: Int) {
    var size = winsize(
      ws_row: UInt16(height),
      ws_col: UInt16(width),
      ws_xpixel: 0,
      ws_ypixel: 0
    )
    _ = ioctl(file, UInt(TIOCSWINSZ), &size)
  }

  private static func modes(of file: Int32) -> [UInt8] {
    var modes = termios()
    guard tcgetattr(file, &modes) == 0 else { return [] }
    return withUnsafeBytes(of: modes) { Array($0) }
  }

  private static func spawn(
    _ path: String,
    _ arguments: [String],
    terminal: String,
    _ environment: [String: String]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that the leader of a session opens becomes its own.
    posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Linux.newSession)
    var variables = environment
    for name in ["PATH", "HOME"] where variables[name] == nil {
      variables[name] = getenv(name).map { String(cString: $0) }
    }
    let argv = ([path] + arguments).map { strdup($0) } + [nil]
    let envp = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, path, &actions, &attributes, argv, envp)
    guard code == 0 else {
      throw Failure(description: "\(path): \(String(cString: strerror(code)))")
    }
    return process
  }
}
