import ArgumentParser
import LaminaVision

/// Three numbers, or one for all channels: `103.5,116.3,123.7`.
package struct ChannelValues: ExpressibleByArgument, Sendable {
  package var values: [Double]

  package init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0)
    }
    guard numbers.allSatisfy({ $0?.isFinite ?? false }) else { return nil }
    values = numbers.compactMap { $0 }
  }
}

extension ChannelOrder: ExpressibleByArgument {}

/// How a picture is fitted, as `crop:0.875`.
package struct FitArgument: ExpressibleByArgument, Sendable {
  package var fit: Fit

  package init?(argument: String) {
    guard let fit = Fit(argument) else { return nil }
    self.fit = fit
  }
}

/// How pictures become inputs, and answers names.
package struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Class names, one a line (default: from the model file, else found beside it).",
      valueName: "file"
    )
  )
  package var labels: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Subtract from bytes, in the order of the model's channels.",
      valueName: "a,b,c"
    )
  )
  package var mean: ChannelValues?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Multiply with: value = (byte - mean) x scale.",
      valueName: "a,b,c"
    )
  )
  package var scale: ChannelValues?

  @Option(help: "The order of the model's channels (rgb, bgr, gray).")
  package var channels: ChannelOrder?

  @Option(
    help: ArgumentHelp(
      "How a picture is fitted: stretch, crop (the centre), pad.",
      valueName: "stretch|crop[:0.875]|pad"
    )
  )
  package var resize: FitArgument?

  @Option(help: "Classes to print.")
  package var top = 5

  package init() {}

  package func validate() throws {
    guard (0...100_000).contains(top) else { throw ValidationError("--top must not be negative.") }
  }

  package var preprocessing: PreprocessingOptions {
    PreprocessingOptions(
      mean: mean?.values,
      scale: scale?.values,
      channels: channels,
      fit: resize?.fit
    )
  }
}
