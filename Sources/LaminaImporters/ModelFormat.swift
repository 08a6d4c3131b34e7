import LaminaCore

/// A file format that models come in.
package protocol ModelFormat: Sendable {
  /// The name to show.
  static var name: String { get }

  /// How its files are named, to show; the name is no evidence.
  static var files: String { get }

  /// The operators that rules know, under the format's own names, in no order.
  static var operators: [String] { get }

  /// Whether the content of `file` is of this format, damaged or not; the name is no evidence.
  ///
  /// A folder comes here too, with no bytes; its files are the neighbours.
  static func recognizes(_ file: ModelFile) -> Bool

  /// Whether `file`, which is of this format, is the part of a model whose main file lies beside it.
  ///
  /// Either can be opened; a search for models counts the main file only.
  static func isPart(_ file: ModelFile) -> Bool

  /// Returns the source graph of `file`.
  ///
  /// Operators that are not known become `UnsupportedOperator`s.
  ///
  /// - Throws: ``ImportError`` when the file is damaged or uses what cannot be represented.
  static func open(_ file: ModelFile) throws(ImportError) -> Graph
}

extension ModelFormat {
  package static var operators: [String] { [] }

  package static func isPart(_ file: ModelFile) -> Bool { false }
}
