import LaminaWire

/// Finds the other half of a net among the files beside it.
enum CaffeFiles {
  /// Returns the name of the net as text that belongs to a file of weights.
  ///
  /// The same name comes first, then names with "deploy", then the only one that is there.
  static func net(beside file: ModelFile) -> String? {
    let nets = file.neighbourNames.filter { $0.hasSuffix(".prototxt") || $0.hasSuffix(".pt.txt") }
      .filter { name in
        guard let bytes = try? file.neighbour(named: name, for: "the net") else { return false }
        return CaffeFormat.isText(bytes)
      }
    let stem = stem(file.name)
    let deployed = nets.filter { $0.contains("deploy") }
    return nets.first { Self.stem($0) == stem } ?? deployed.first { $0.hasPrefix(stem) }
      ?? only(deployed) ?? only(nets) ?? closest(to: stem, among: nets)
  }

  /// Returns the name of the weights that belong to a net as text.
  static func weights(beside file: ModelFile) -> String? {
    let weights = file.neighbourNames.filter { $0.hasSuffix(".caffemodel") }
    let stem = stem(file.name)
    return weights.first { Self.stem($0) == stem } ?? only(weights)
      ?? closest(to: stem, among: weights)
  }

  /// What is looked for beside a net as text, for the message.
  static func expectedWeights(_ file: ModelFile) -> String {
    "\(SafeText.clean(stem(file.name))).caffemodel beside it"
  }

  static func stem(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }

  private static func only(_ names: [String]) -> String? { names.count == 1 ? names[0] : nil }

  /// The one name that has the longest beginning in common, at least three characters.
  private static func closest(to stem: String, among names: [String]) -> String? {
    let lengths = names.map { $0.commonPrefix(with: stem) }
    guard let longest = lengths.max(), longest >= 3 else { return nil }
    let best = names.indices.filter { lengths[$0] == longest }
    return best.count == 1 ? names[best[0]] : nil
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> Int {
    zip(self, other).prefix { $0 == $1 }.count
  }
}
