import Lamina
import LaminaVision
import LaminaWire

/// What `run` says.
package struct RunReport {
  package let model: Model
  package let prepared: PreparedModel
  package let timing: TimingReport
  package let outputs: [OutputReport]
  package var images: [ImageReport] = []
  package var preprocessing: Preprocessing?
  package var labels: Labels?
  private let peakByteCount = ProcessMemory.peakByteCount

  package init(
    model: Model,
    prepared: PreparedModel,
    timing: TimingReport,
    outputs: [OutputReport]
  ) {
    self.model = model
    self.prepared = prepared
    self.timing = timing
    self.outputs = outputs
  }

  package var document: JSONValue {
    engineFacts(model, prepared).adding([
      .init("timing", timing.json),
      .init("peak_rss_bytes", .int(peakByteCount)),
      .init("arena_bytes", .int(prepared.preparation.arenaByteCount)),
      .init("packed_bytes", .int(prepared.preparation.packedByteCount)),
      .init("preprocessing", JSONValue(preprocessing?.description)),
      .init("labels", JSONValue(labels?.source.description)),
      .init("outputs", .array(outputs.map(\.document))),
      .init("images", .array(images.map(\.document))),
    ])
  }

  package func lines(_ console: Console) -> [String] {
    var facts = Table(alignments: [.leading, .leading])
    facts.widthLimit = 200
    facts.add(["model", "\(model.name)  \(model.format), \(Units.bytes(model.fileByteCount))"])
    facts.add(["engine", engineLine(prepared)])
    if let preprocessing { facts.add(["pictures", "\(preprocessing)"]) }
    if let labels { facts.add(["labels", "\(labels.source)"]) }
    facts.add(["time", openingLine + timing.line])
    facts.add([
      "memory",
      "peak \(Units.bytes(peakByteCount)), arena "
        + "\(Units.bytes(prepared.preparation.arenaByteCount)), packed weights "
        + Units.bytes(prepared.preparation.packedByteCount),
    ])
    let answers = imageLines(console)
    let table = OutputReport.table(outputs).lines(ascii: console.isASCII)
    return facts.lines(ascii: console.isASCII) + (answers.isEmpty ? [] : [""] + answers)
      + [""] + table
  }

  private var openingLine: String {
    "opened in \(Units.time(milliseconds: timing.loadMilliseconds)), "
      + "prepared in \(Units.time(milliseconds: timing.prepareMilliseconds)), "
  }

  /// Many pictures take a line each, a few a block with all their classes.
  private func imageLines(_ console: Console) -> [String] {
    guard images.count > 4 else { return images.flatMap { $0.lines(console) } }
    var table = Table([
      ("picture", .leading), ("score", .trailing), ("class", .trailing), ("label", .leading),
    ])
    for image in images { table.add(image.cells) }
    return table.lines(ascii: console.isASCII)
  }
}

/// Where and how a model ran, for all documents.
func engineFacts(_ model: Model, _ prepared: PreparedModel) -> JSONValue {
  [
    "model": .string(model.path ?? model.name),
    "format": .string(model.format),
    "backend": .string(prepared.backendID.name),
    "precision": .string(prepared.precisionName),
    "threads": .int(prepared.threadCount),
  ]
}

/// The same in a line: `cpu, int8, 2 threads, 65 steps`.
func engineLine(_ prepared: PreparedModel) -> String {
  let fallbacks = prepared.preparation.steps.filter { $0.backend != $0.askedBackend }.count
  let count = prepared.preparation.steps.count
  return "\(prepared.backendID), \(prepared.precisionName), \(prepared.threadCount) thread"
    + (prepared.threadCount == 1 ? "" : "s") + ", \(count) steps"
    + (fallbacks == 0 ? "" : ", \(fallbacks) of them on another backend")
    + (prepared.preparation.firstDynamicStep == nil ? "" : ", more once their shapes are known")
}
