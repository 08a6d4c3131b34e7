import Foundation
import LaminaCommand
import LaminaExplorer
import Testing

@Suite("The explorer's way to the engine") struct ExplorerQueueTests {
  private let fast = Settings(backend: "cpu", precision: "fp32", threadCount: 2)
  private let slow = Settings(backend: "reference", precision: "fp32", threadCount: 1)

  @Test("of settings that wait, only the last are tried; what was tried before is given up")
  func lastSettingsCount() {
    let queue = EngineQueue()
    queue.post(.prepare(slow))
    let (_, first) = queue.next()
    #expect(!queue.isCancelled(first))
    queue.post(.prepare(slow))
    queue.post(.prepare(fast))
    #expect(queue.isCancelled(first))
    #expect(queue.isOvertaken)
    queue.finish()
    let (request, second) = queue.next()
    guard case .prepare(let settings) = request else {
      Issue.record("\(request) instead of settings")
      return
    }
    #expect(settings == fast)
    #expect(!queue.isCancelled(second))
  }

  @Test("a run waits for settings that are being prepared")
  func runWaits() {
    let queue = EngineQueue()
    queue.post(.prepare(fast))
    let (_, number) = queue.next()
    queue.post(.run)
    #expect(!queue.isCancelled(number))
    queue.stop()
    #expect(queue.isCancelled(number))
  }

  @Test("a run is given up for the next, but a drawing is not for a drawing")
  func drawings() {
    let queue = EngineQueue()
    queue.post(.run)
    let (_, run) = queue.next()
    queue.post(.draw([1]))
    #expect(queue.isCancelled(run))
    let (_, drawing) = queue.next()
    queue.post(.draw([2]))
    queue.post(.draw([3]))
    #expect(!queue.isCancelled(drawing))
    guard case .draw(let pixels) = queue.next().request else {
      Issue.record("no drawing")
      return
    }
    #expect(pixels == [3])
  }

  @Test("paths are completed in natural order, folders with a stroke, hidden files left out")
  func completions() throws {
    try ProgramUnderTest.withFolder { folder in
      for name in ["net10.onnx", "net2.onnx", "nets/a.tflite", ".hidden", "other"] {
        try ProgramUnderTest.write([0], to: "\(folder)/\(name)")
      }
      let found = Completions.files(beginning: folder + "/net")
      #expect(found == ["/net2.onnx", "/net10.onnx", "/nets/"].map { folder + $0 })
      #expect(Completions.files(beginning: folder + "/none/x").isEmpty)
    }
  }

  @Test("an export never replaces a file unless that is asked for")
  func exports() throws {
    try ProgramUnderTest.withFolder { folder in
      let path = folder + "/table.csv"
      #expect(ExportedFile.write("a,b\n", to: path, replaces: false).kind == .info)
      #expect(ExportedFile.write("c\n", to: path, replaces: false).kind == .error)
      let first = try String(contentsOfFile: path, encoding: .utf8)
      #expect(first == "a,b\n")
      #expect(ExportedFile.write("c\n", to: path, replaces: true).kind == .info)
      let second = try String(contentsOfFile: path, encoding: .utf8)
      #expect(second == "c\n")
      #expect(ExportedFile.write("c", to: folder + "/no/such", replaces: false).kind == .error)
    }
  }
}
