import Foundation
import LaminaCommand
import Testing

@Suite("The manual page") struct ManPageTests {
  @Test("the page has every command and every option of the program")
  func isComplete() throws {
    let page = try String(
      contentsOf: ProgramUnderTest.root.appending(path: "Docs/lamina.1"),
      encoding: .utf8
    ).replacing("\\-", with: "-")
    let help = try lamina("--experimental-dump-help").document()
    let commands = help["command"]?["subcommands"]?.elements ?? []
    #expect(commands.count >= 7)
    for command in commands {
      guard let name = command["commandName"]?.string, name != "help" else { continue }
      #expect(page.contains("lamina \(name)"))
      for argument in command["arguments"]?.elements ?? [] {
        let isLong = argument["preferredName"]?["kind"]?.string == "long"
        guard isLong, let option = argument["preferredName"]?["name"]?.string,
          !["help", "version"].contains(option)
        else { continue }
        #expect(page.contains("--\(option)"), "\(name) --\(option)")
      }
    }
  }
}
