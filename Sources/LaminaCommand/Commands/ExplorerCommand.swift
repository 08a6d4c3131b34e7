import ArgumentParser

/// `lamina [MODEL] [IMAGE …]`: the interactive explorer.
package struct ExplorerCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Open the explorer (the default).",
    usage: "lamina [MODEL] [IMAGE ...] [OPTIONS]",
    discussion: "Press ? in the explorer for its keys."
  )

  @Argument(help: "A model file (default: the digit classifier that comes with the program).")
  var model: String?

  @Argument(help: "Pictures, or folders of pictures.")
  var images: [String] = []

  @OptionGroup(title: "Engine") var engine: EngineOptions
  @OptionGroup(title: "Pictures") var picture: PictureOptions

  @Option(help: "When to use colours; NO_COLOR is honoured.")
  var color: ColorChoice = .auto

  @Flag(name: .customLong("ascii"), help: "Draw with ASCII characters only.")
  var isASCII = false

  package init() {}

  package func run() async throws {
    engine.limitMemory()
    try await ExplorerMain.run(
      options: ExplorerOptions(
        modelPath: model,
        imagePaths: images,
        engine: engine,
        picture: picture.preprocessing,
        labelsPath: picture.labels,
        top: picture.top,
        color: color,
        isASCII: isASCII
      )
    )
  }
}
