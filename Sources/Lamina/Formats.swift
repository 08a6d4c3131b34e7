import LaminaImporters

/// The formats that models are read from.
package enum Formats {
  /// What `lamina formats` lists.
  package struct Listing: Sendable {
    package var name: String
    /// How the files are named.
    package var files: String
    /// The operators that run, under the format's own names, sorted.
    package var operators: [String]
  }

  /// All formats, sorted by name.
  package static var all: [Listing] {
    ModelImporter.formats.map { format in
      Listing(
        name: format.name,
        files: format.files,
        operators: Set(format.operators).sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) }
      )
    }
    .sorted { $0.name.lowercased() < $1.name.lowercased() }
  }
}
