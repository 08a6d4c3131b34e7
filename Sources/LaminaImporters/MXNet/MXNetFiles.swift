import LaminaWire

/// Finds the other half of a model among the files beside it.
enum MXNetFiles {
  static let symbolEnd = "-symbol.json"
  static let parametersEnd = ".params"

  /// The graph that belongs to parameters: by the name before the epoch, else the only one.
  static func symbol(beside file: ModelFile) -> String? {
    let symbols = file.neighbourNames.filter { $0.hasSuffix(symbolEnd) }
    let stem = stem(ofParameters: file.name)
    if symbols.contains(stem + symbolEnd) { return stem + symbolEnd }
    return symbols.count == 1 ? symbols[0] : nil
  }

  /// The parameters that belong to a graph, of the last epoch; else the only ones.
  static func parameters(beside file: ModelFile) -> String? {
    let all = file.neighbourNames.filter { $0.hasSuffix(parametersEnd) }
    let stem = stem(ofSymbol: file.name)
    if let own = all.last(where: { self.stem(ofParameters: $0) == stem }) { return own }
    return all.count == 1 ? all[0] : nil
  }

  static func expectedParameters(_ file: ModelFile) -> String {
    "\(SafeText.clean(stem(ofSymbol: file.name)))-0000.params, of any number, beside it"
  }

  private static func stem(ofSymbol name: String) -> String {
    if name.hasSuffix(symbolEnd) { return String(name.dropLast(symbolEnd.count)) }
    return name.hasSuffix(".json") ? String(name.dropLast(5)) : name
  }

  /// The name without `.params` and without the number of the epoch.
  private static func stem(ofParameters name: String) -> String {
    let bare = name.hasSuffix(parametersEnd) ? name.dropLast(parametersEnd.count) : name[...]
    guard let dash = bare.lastIndex(of: "-") else { return String(bare) }
    let number = bare[bare.index(after: dash)...]
    let isNumber = !number.isEmpty && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
    return String(isNumber ? bare[..<dash] : bare)
  }
}
