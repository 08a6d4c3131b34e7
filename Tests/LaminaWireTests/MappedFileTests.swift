import Foundation
import LaminaWire
import Testing

@Suite struct MappedFileTests {
  /// Calls `body` with the path of a new folder, which is removed afterwards.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/lamina-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func showsTheBytesOfAFile() throws {
    try withFolder { folder in
      let path = folder + "/file"
      try Data([1, 2, 3, 4, 5]).write(to: URL(fileURLWithPath: path))
      let view = try MappedFile.open(path)
      #expect(view.bytes == [1, 2, 3, 4, 5])
      let part = try view.slice(at: 1, count: 4, "number")
      #expect(try part.load(UInt16.self, at: 1, "number") == 0x0403)
      #expect(part.fileOffset == 1)
      #expect(part.owner === view.owner)
    }
  }

  @Test func mapsAnEmptyFileAsNoBytes() throws {
    try withFolder { folder in
      try Data().write(to: URL(fileURLWithPath: folder + "/empty"))
      #expect(try MappedFile.open(folder + "/empty").isEmpty)
    }
  }

  @Test func refusesWhatIsNoFile() throws {
    try withFolder { folder in
      #expect(throws: WireError.notAFile(path: folder, kind: "a folder")) {
        try MappedFile.open(folder)
      }
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      #expect(throws: WireError.notAFile(path: folder + "/pipe", kind: "a pipe")) {
        try MappedFile.open(folder + "/pipe")
      }
      #expect(
        throws: WireError.unreadable(path: folder + "/none", reason: "no such file or directory")
      ) { try MappedFile.open(folder + "/none") }
    }
  }
}

@Suite struct ByteViewTests {
  private let view = ByteView([0, 1, 2, 3, 4, 5, 6, 7])

  @Test func refusesPartsThatDoNotLieInside() {
    let error = WireError.truncated(what: "list", offset: 6, needed: 4, available: 2)
    #expect(throws: error) { try view.slice(at: 6, count: 4, "list") }
    #expect(throws: WireError.self) { try view.slice(at: -1, count: 1, "list") }
    #expect(throws: WireError.self) { try view.slice(at: 0, count: -1, "list") }
    #expect(throws: WireError.self) { try view.slice(at: .max, count: .max, "list") }
    #expect(throws: WireError.self) { try view.slice(at: 0, elements: .max, of: 8, "list") }
    #expect(throws: WireError.self) { try view.load(UInt64.self, at: 1, "number") }
  }

  @Test func comparesBytesInPlace() {
    #expect(view.has([2, 3], at: 2))
    #expect(!view.has([7, 8], at: 7))
    #expect(!view.has([0], at: -1))
    #expect(view.byte(at: 7) == 7)
    #expect(view.byte(at: 8) == nil)
  }

  @Test func saysWhereAndWhatInOneSentence() {
    let error = WireError.truncated(what: "weights", offset: 96, needed: 400, available: 24)
    #expect("\(error)" == "byte 96: weights needs 400 bytes, found 24")
  }
}
