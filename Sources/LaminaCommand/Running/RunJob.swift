import Lamina
import LaminaCore
import LaminaVision

/// One call of `run`: a model, and the pictures or arrays that it runs on.
package struct RunJob {
  package let inputs: ModelInputs
  package var options: RunOptions
  package let picture: PictureOptions
  package let runs: Int
  package let warmup: Int
  package let console: Console
  /// Where outputs are written to; `nil` for nowhere.
  package var outputFolder: String?

  private var model: Model { inputs.model }

  package init(
    inputs: ModelInputs,
    options: RunOptions,
    picture: PictureOptions,
    runs: Int,
    warmup: Int,
    console: Console
  ) {
    self.inputs = inputs
    self.options = options
    self.picture = picture
    self.runs = runs
    self.warmup = warmup
    self.console = console
  }

  /// Runs the model on the pictures, or on arrays and noise when there are none.
  ///
  /// - Parameter given: Pictures, and folders of them.
  /// - Returns: What is to be said.
  /// - Throws: What stops all of it; a picture among several that cannot be read does not.
  package mutating func run(on given: [String]) throws -> RunReport {
    guard !given.isEmpty else { return try runOnArrays() }
    let paths = PictureInput.paths(given)
    guard !paths.isEmpty else { throw UsageError("\(given[0]): no pictures in this folder") }
    let input = try PictureInput(
      model: model,
      shapes: options.shapes,
      options: picture.preprocessing,
      taken: Set(inputs.given.keys)
    )
    return try run(paths, input)
  }

  // MARK: Arrays

  private mutating func runOnArrays() throws -> RunReport {
    let missing = inputs.missingNames()
    if !missing.isEmpty { console.remark("noise for \(missing.joined(separator: ", "))") }
    let values = try inputs.values()
    calibrate(on: [values])
    let prepared = try model.prepare(options)
    var timed = TimedRuns()
    try timed.run(prepared, values, warmup: warmup, count: runs)
    return try report(prepared, timed, files: try write(timed.outputs))
  }

  /// A float model that is to run in int8 is calibrated on what it runs on.
  private mutating func calibrate(on values: [[Datum]]) {
    guard options.precision == .int8, !model.usesFileIntegers else { return }
    options.calibration = values
    console.remark("int8: calibrated on \(values.count) input\(values.count == 1 ? "" : "s")")
  }

  // MARK: Pictures

  private mutating func run(_ paths: [String], _ input: PictureInput) throws -> RunReport {
    let missing = inputs.missingNames(except: input.position)
    if !missing.isEmpty { console.remark("noise for \(missing.joined(separator: ", "))") }
    if paths.count == 1 { _ = try PictureInput.read(paths[0]) }
    try calibrate(paths, input)
    let prepared = try model.prepare(options)
    var timed = TimedRuns()
    var labels: Labels?
    var reports: [ImageReport] = []
    for (index, path) in paths.enumerated() {
      if paths.count > 1 { console.progress("\(index + 1) of \(paths.count): \(path)") }
      var report = ImageReport(path: path)
      do {
        let image = try PictureInput.read(path)
        try run(image, input, prepared, index == 0 ? warmup : 0, &timed)
        (report.width, report.height) = (image.width, image.height)
      } catch let error as RefusedFile where paths.count > 1 {
        report.failure = "\(error.reason)"
        reports.append(report)
        continue
      }
      let subfolder = paths.count > 1 ? Folder.stem(path) : nil
      report.files = try write(timed.outputs, subfolder: subfolder).compactMap { $0 }
      report.top = try classes(timed.outputs, &labels)
      reports.append(report)
    }
    if paths.count > 1 { console.endProgress() }
    var result = try report(prepared, timed, files: paths.count == 1 ? reports[0].files : [])
    if paths.count == 1 { reports[0].files = [] }
    result.images = reports
    result.preprocessing = input.preprocessing
    result.labels = labels
    return result
  }

  private func run(
    _ image: Image,
    _ input: PictureInput,
    _ prepared: PreparedModel,
    _ warmup: Int,
    _ timed: inout TimedRuns
  ) throws {
    let tensor = try input.preprocessing.tensor(image)
    let values = try inputs.values(image: (input.position, tensor))
    try timed.run(prepared, values, warmup: warmup, count: runs)
  }

  /// At most this many pictures are used for calibration.
  private static let calibrationLimit = 32

  private mutating func calibrate(_ paths: [String], _ input: PictureInput) throws {
    guard options.precision == .int8, !model.usesFileIntegers else { return }
    let images = paths.lazy.compactMap { try? PictureInput.read($0) }.prefix(Self.calibrationLimit)
    calibrate(
      on: try images.map { image in
        try inputs.values(image: (input.position, try input.preprocessing.tensor(image)))
      }
    )
  }

  private func classes(_ outputs: [Datum], _ labels: inout Labels?) throws -> [ClassScore] {
    guard let output = ClassOutput(outputs) else { return [] }
    if labels == nil {
      labels = try ClassLabels.find(
        model: model,
        classCount: output.classCount,
        path: picture.labels
      )
    }
    return ClassScore.top(picture.top, of: try output.scores(outputs), labels: labels)
  }

  // MARK: Results

  private var outputNames: [String] { model.graph.outputs.map { model.graph[$0].name } }

  private func write(_ outputs: [Datum], subfolder: String? = nil) throws -> [String?] {
    guard let outputFolder else { return [] }
    return try OutputFiles(folder: outputFolder)
      .write(zip(outputNames, outputs).map { ($0, $1) }, subfolder: subfolder)
  }

  private func report(
    _ prepared: PreparedModel,
    _ timed: TimedRuns,
    files: [String?]
  ) throws -> RunReport {
    let outputs = zip(outputNames, timed.outputs).enumerated().map { index, pair in
      OutputReport(
        name: pair.0,
        value: pair.1,
        file: files.indices.contains(index) ? files[index] : nil
      )
    }
    return RunReport(
      model: model,
      prepared: prepared,
      timing: TimingReport(model: model, prepared: prepared, runs: timed),
      outputs: outputs
    )
  }
}
