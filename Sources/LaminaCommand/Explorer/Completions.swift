import Glibc

/// Files that a path can be completed to.
package enum Completions {
  private static let limit = 200

  /// Returns the paths that begin so, folders with a stroke at their ends, in natural order.
  package static func files(beginning path: String) -> [String] {
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let (folder, start) = (String(path[..<cut]), path[cut...])
    let names = Folder.names(in: folder.isEmpty ? "." : expanded(folder))
    let matching = names.lazy.filter { $0.hasPrefix(start) }.prefix(limit)
    return matching.map { name in
      let isFolder = PathKind(of: expanded(folder + name)) == .folder
      return folder + name + (isFolder ? "/" : "")
    }
  }
}

/// Returns a variable of the environment.
func environmentValue(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
