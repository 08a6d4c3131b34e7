import Foundation
import LaminaCommand
import Testing
import LaminaWire

/// The repository's folders, the built program, and room for files.
enum ProgramUnderTest {
  /// The repository, from where this file is.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func fixture(_ name: String) -> String {
    root.appending(path: "Tests/Fixtures/\(name)").path
  }

  /// Real models and pictures, if they are there.
  static let assets: String? = {
    guard let path = ProcessInfo.processInfo.environment["LAMINA_ASSETS"] else { return nil }
    return FileManager.default.fileExists(atPath: path + "/MANIFEST.json") ? path : nil
  }()

  /// The program, which is built into the same folder as the tests.
  static let program: URL? = {
    let places = [
      Bundle.main.bundleURL,
      URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
      root.appending(path: ".build/release"), root.appending(path: ".build/debug"),
    ]
    return places.map { $0.appending(path: "lamina") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }()

  /// A new folder that `body` may fill; it is removed afterwards.
  static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "lamina-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}

/// What the program said.
struct ProgramResult {
  var status: Int32
  var output: String
  var remarks: String

  /// Standard output as a document.
  func document() throws -> JSONValue { try JSONReader.read(Array(output.utf8)) }
}

/// Runs the built program and waits for its end.
func lamina(_ arguments: String...) throws -> ProgramResult { try lamina(arguments) }

/// Runs the built program and waits for its end, five minutes at most.
func lamina(_ arguments: [String]) throws -> ProgramResult {
  let process = Process()
  let program = try #require(ProgramUnderTest.program, "the program is not built")
  process.executableURL = program
  process.arguments = arguments
  let (output, remarks) = (Pipe(), Pipe())
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = output
  process.standardError = remarks
  try process.run()
  // Both pipes are emptied at once, so that neither fills up.
  let errors = DispatchQueue(label: "errors", attributes: .concurrent)
  nonisolated(unsafe) var errorBytes = Data()
  let done = DispatchGroup()
  let watchdog = DispatchWorkItem { process.terminate() }
  errors.asyncAfter(deadline: .now() + 300, execute: watchdog)
  errors.async(group: done) { errorBytes = remarks.fileHandleForReading.readDataToEndOfFile() }
  let bytes = output.fileHandleForReading.readDataToEndOfFile()
  done.wait()
  process.waitUntilExit()
  watchdog.cancel()
  return ProgramResult(
    status: process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus,
    output: String(decoding: bytes, as: UTF8.self),
    remarks: String(decoding: errorBytes, as: UTF8.self)
  )
}
