import LaminaWire

/// The names of a model's classes, and where they come from.
package struct Labels: Sendable, Equatable {
  /// Where names come from.
  package enum Source: Sendable, Equatable {
    /// A file that the user names.
    case file(String)
    /// A part of the model file.
    case metadata(String)
    /// A file found beside the model.
    case besideModel(String)
    /// Nothing but the number of classes.
    case imageNetGuess
  }

  package var names: [String]
  package var source: Source

  package init(names: [String], source: Source) {
    self.names = names
    self.source = source
  }

  /// Reads one name a line; characters that a terminal would act on are left out.
  package init(parsing bytes: some Sequence<UInt8>, source: Source) {
    self.init(names: SafeText.lines(bytes), source: source)
  }

  /// The name of a class, or `nil` when there is none.
  package subscript(index: Int) -> String? {
    names.indices.contains(index) && !names[index].isEmpty ? names[index] : nil
  }

  /// Takes 1000 or 1001 classes for ImageNet's; `nil` for any other number.
  package static func guess(classCount: Int) -> Labels? {
    switch classCount {
    case 1000: Labels(names: ImageNetLabels.names, source: .imageNetGuess)
    case 1001: Labels(names: ImageNetLabels.namesWithBackground, source: .imageNetGuess)
    default: nil
    }
  }

  /// The names of files that are looked for beside a model, best first.
  ///
  /// - Parameter stem: The model's file name without its extension.
  /// - Returns: File names, without a folder.
  package static func fileNames(besideModel stem: String) -> [String] {
    [
      "\(stem).labels.txt", "\(stem)_labels.txt", "\(stem).labels", "\(stem).txt",
      "labels.txt", "label.txt", "labelmap.txt", "classes.txt", "synset.txt",
    ]
  }
}

extension Labels.Source: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let path): path
    case .metadata(let name): "\(name) in the model file"
    case .besideModel(let path): "\(path), found beside the model"
    case .imageNetGuess: "ImageNet's, a guess from the number of classes"
    }
  }
}
