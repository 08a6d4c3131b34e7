import LaminaWire

/// Finds the other half of a model among the files beside it.
enum Caffe2Files {
  /// Returns the name of the net that fills weights, or of the one that predicts.
  ///
  /// The name with `init` and `predict` exchanged comes first, then the only net of that kind.
  static func other(half file: ModelFile, isFilling: Bool) -> String? {
    let names = file.neighbourNames.filter { $0 != file.name && $0.hasSuffix(".pb") }
    let (own, wanted) = isFilling ? ("init", "predict") : ("predict", "init")
    if let range = file.name.firstRange(of: own) {
      let twin = file.name[..<range.lowerBound] + wanted + file.name[range.upperBound...]
      if names.contains(String(twin)) { return String(twin) }
    }
    if names.contains("\(wanted)_net.pb") { return "\(wanted)_net.pb" }
    let fitting = names.filter { name in
      guard let bytes = try? file.neighbour(named: name, for: "the other half"),
        Caffe2Format.isNet(bytes), let net = try? Caffe2Net(bytes)
      else { return false }
      return net.isFilling != isFilling
    }
    return fitting.count == 1 ? fitting[0] : nil
  }
}

/// A model as values: the net that predicts, and the one that fills its weights.
struct Caffe2Model {
  let net: Caffe2Net
  let weights: Caffe2Net?
  let weightsName: String?
  /// Where weights were looked for in vain.
  let missingWeights: String?

  /// Reads a file and the other half of the model beside it.
  ///
  /// - Throws: ``ImportError`` when either is damaged, or the other half is something else.
  init(file: ModelFile) throws(ImportError) {
    let own = try Caffe2Net(file.bytes)
    let isFilling = own.isFilling
    let name = Caffe2Files.other(half: file, isFilling: isFilling)
    var other: Caffe2Net?
    if let name { other = try Self.half(named: name, beside: file) }
    guard isFilling else {
      net = own
      weights = other
      weightsName = name
      missingWeights = name == nil ? "init_net.pb beside it" : nil
      return
    }
    guard let other else {
      throw .invalid(
        place: "the model",
        expected: "predict_net.pb beside the net that fills its weights",
        found: "none"
      )
    }
    net = other
    weights = own
    weightsName = file.name
    missingWeights = nil
  }

  private static func half(
    named name: String,
    beside file: ModelFile
  ) throws(ImportError) -> Caffe2Net {
    let place = "the other half in \(SafeText.clean(name))"
    let bytes = try file.neighbour(named: name, for: place)
    guard Caffe2Format.isNet(bytes) else {
      throw .invalid(
        place: place,
        expected: "a Caffe2 net",
        found: FileKind.of(bytes).name
      )
    }
    return try Caffe2Net(bytes)
  }
}
