import LaminaCore
import LaminaOperators
import LaminaWire

// Models that prepare features for others.
extension CoreMLModelNode {
  /// Writes the first output.
  private func finishOnly(_ id: ValueID) throws {
    guard let feature = description.outputs.first else {
      throw invalid("outputs", expected: "one", found: "none")
    }
    try finish(feature.name, id)
  }

  /// The inputs one after the other, in the order of the list.
  func lowerFeatureVectorizer() throws {
    let columns = try content.messages(1)
    let parts = try columns.map { try vector(value($0.string(1))) }
    try finishOnly(steps(FeatureVectorizer(lengths: []), parts, count: 1)[0])
  }

  /// Vectors stay, anything larger becomes one row.
  private func vector(_ x: ValueID) throws -> ValueID {
    guard let rank = builder.rank(x), rank != 1 else { return x }
    return try reshape(x, [1, -1])
  }

  func lowerOneHotEncoder() throws {
    let categories: ClassLabels =
      try content.message(2).map { .ints(try $0.ints(1)) }
      ?? .strings(content.message(1)?.strings(1) ?? [])
    let op = CategoryOneHot(categories: categories, zeros: content.int(11) == 1)
    try finishOnly(step(op, input()))
  }

  func lowerScaler() throws {
    let (shifts, scales) = (try content.doubles(1), try content.doubles(2))
    // y = (x + shift) · scale
    let op = Scaler(
      offset: shifts.isEmpty ? [0] : shifts.map { -$0 },
      scale: scales.isEmpty ? [1] : scales
    )
    try finishOnly(step(op, input()))
  }

  func lowerNormalizer() throws {
    let norms: [Int: Normalizer.Norm] = [0: .max, 1: .l1, 2: .l2]
    guard let norm = norms[content.int(1)] else {
      throw CoreMLUnsupported(reason: "norm \(content.int(1))")
    }
    let x = try input()
    guard norm == .max else { return try finishOnly(step(Normalizer(norm), x)) }
    // The largest magnitude, where the engine's operator takes the largest number.
    let peak = try step(Reduce(.max, axes: [-1], keepsDimensions: true), unary(.abs, x))
    try finishOnly(binary(.div, x, peak))
  }

  func lowerDictVectorizer() throws {
    let vocabulary: ClassLabels =
      try content.message(2).map { .ints(try $0.ints(1)) }
      ?? .strings(content.message(1)?.strings(1) ?? [])
    try finishOnly(step(DictVectorizer(vocabulary: vocabulary), input()))
  }

  func lowerArrayFeatureExtractor() throws {
    let indices = try content.ints(1)
    try finishOnly(step(ArrayFeatureExtractor(), input(), constant(indices)))
  }

  /// Each input under the name of the output at its place.
  func lowerIdentity() throws {
    for (feature, source) in zip(description.outputs, description.inputs) {
      let type = builder.graph[try value(source.name)].type
      let op: any Operator = type.tensor == nil ? IdentityValue() : Identity()
      let copy = try step(op, value(source.name))
      try finish(feature.name, copy)
    }
  }

  /// A list of whole numbers for texts, or the other way round.
  func lowerCategoricalMapping() throws {
    let toInts = try content.message(1)?.messages(1) ?? []
    let toStrings = try content.message(2)?.messages(1) ?? []
    let op = CategoryMapper(
      strings: toInts.map { $0.string(1) } + toStrings.map { $0.string(2) },
      ints: toInts.map { $0.int(2) } + toStrings.map { $0.int(1) },
      defaultString: content.string(101),
      defaultInt: content.int(102)
    )
    try finishOnly(step(op, input()))
  }

  /// Puts one value, or one for each feature, in the place of what is missing.
  func lowerImputer() throws {
    let values: Imputer.Values
    switch content.numbers.last(where: { (1...7).contains($0) }) {
    case 1: values = .floats([Float(content.double(1))])
    case 2: values = .ints([content.int(2)])
    case 4: values = .floats(try content.message(4)?.doubles(1).map { Float($0) } ?? [])
    case 5: values = .ints(try content.message(5)?.ints(1) ?? [])
    default: throw CoreMLUnsupported(reason: "imputing texts and dictionaries")
    }
    let replaced: Double =
      content.optionalDouble(11) ?? content.optionalInt(12).map(Double.init) ?? .nan
    try finishOnly(step(Imputer(values: values, replaced: replaced), input()))
  }
}
