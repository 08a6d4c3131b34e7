import FoundationEssentials
import Glibc
import LaminaWire

/// What a path leads to, without following it further than needed.
package enum PathKind: Sendable {
  case file
  case folder
  case missing

  package init(of path: String) {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      self = .missing
      return
    }
    self = isFolder ? .folder : .file
  }
}

/// Names inside a folder.
package enum Folder {
  /// The names in a folder in their natural order (`set_2` before `set_10`), hidden ones left out.
  package static func names(in path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted(by: isBefore)
  }

  /// Joins a folder and a name.
  package static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// The last part of a path.
  package static func lastName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// The folder that a path lies in; `.` for a bare name.
  package static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path without what follows its last point.
  package static func stem(_ path: String) -> String {
    let name = lastName(path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// Compares names so that numbers inside count as numbers.
  package static func isBefore(_ a: String, _ b: String) -> Bool {
    let (x, y) = (pieces(a), pieces(b))
    for (left, right) in zip(x, y) where left != right {
      if let first = Int(left), let second = Int(right), first != second { return first < second }
      return left < right
    }
    return x.count < y.count
  }

  private static func pieces(_ name: String) -> [Substring] {
    var pieces: [Substring] = []
    var rest = name[...]
    while let first = rest.first {
      let isDigit = first.isASCII && first.isNumber
      let piece = rest.prefix { ($0.isASCII && $0.isNumber) == isDigit }
      pieces.append(piece)
      rest = rest[piece.endIndex...]
    }
    return pieces
  }
}

/// Files that hold text.
package enum TextFile {
  /// The most bytes that a file of labels or of JSON may have.
  package static let sizeLimit = 64 << 20

  /// Returns the bytes of a small file.
  ///
  /// - Throws: ``WireError`` when it cannot be read or is too large.
  package static func bytes(_ path: String) throws(WireError) -> [UInt8] {
    let view = try MappedFile.open(path)
    guard view.count <= sizeLimit else {
      throw .overLimit(what: "the file", offset: 0, limit: sizeLimit)
    }
    return view.bytes
  }
}
