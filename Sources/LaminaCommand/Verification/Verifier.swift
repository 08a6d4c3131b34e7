import Lamina
import LaminaCore
import LaminaRuntime

/// What came of one recorded set.
package struct VerificationResult: Sendable {
  /// How it ended.
  package enum Status: String, Sendable, CaseIterable {
    case pass, fail, unsupported, error, skipped

    package var isGood: Bool { self == .pass || self == .skipped }
  }

  package var name: String
  package var model: String
  package var status: Status
  /// The largest absolute difference over all outputs; `nil` when nothing was compared.
  package var worstError: Double?
  package var message: String?
  package var milliseconds: Double?
}

/// Runs the recorded sets of models.
package struct Verifier {
  package let engine: EngineOptions

  package init(engine: EngineOptions) { self.engine = engine }

  /// Returns the result of each set of a case; one result when it has none or cannot be opened.
  package func results(of item: VerificationCase) -> [VerificationResult] {
    let folders = item.setFolders
    func single(_ status: VerificationResult.Status, _ message: String) -> [VerificationResult] {
      [
        VerificationResult(
          name: item.name,
          model: item.modelPath,
          status: status,
          message: message
        )
      ]
    }
    guard !folders.isEmpty, let dataFolder = item.dataFolder else {
      return single(.skipped, "no recorded data")
    }
    do {
      let model = try Model(contentsOf: item.modelPath)
      guard !model.graph.nodes.isEmpty || !model.graph.outputs.isEmpty else {
        return single(.skipped, "the file has weights and no graph")
      }
      let description = try RecordingDescription(folder: dataFolder)
      let options = try engine.runOptions(for: model)
      return folders.map { folder in
        let set = RecordedSet(folder: folder, description: description)
        let name = "\(item.name)/\(Folder.lastName(folder))"
        return result(of: set, named: name, model, options)
      }
    } catch {
      return single(Self.status(of: error), "\(error)")
    }
  }

  /// Each set is a session of its own: states inside the model start anew.
  private func result(
    of set: RecordedSet,
    named name: String,
    _ model: Model,
    _ options: RunOptions
  ) -> VerificationResult {
    var result = VerificationResult(name: name, model: model.path ?? model.name, status: .pass)
    do {
      let comparison = try compare(set, model, options, &result)
      result.worstError = comparison.worstError
      result.message = comparison.failure
      result.status = comparison.holds ? .pass : .fail
    } catch {
      result.status = Self.status(of: error)
      result.message = "\(error)"
    }
    return result
  }

  private func compare(
    _ set: RecordedSet,
    _ model: Model,
    _ options: RunOptions,
    _ result: inout VerificationResult
  ) throws -> Comparison {
    let inputs = try set.inputs(for: model.graph)
    let recorded = try set.outputs(for: model.graph)
    var options = options
    options.resize(model, to: inputs)
    if options.precision == .int8, !model.usesFileIntegers { options.calibration = [inputs] }
    let prepared = try model.prepare(options)
    let (outputs, profile) = try prepared.run(inputs)
    result.milliseconds = Double(profile.wallNanoseconds) / 1e6
    var comparison = Comparison()
    let random = model.graph.nondeterministicOutputs
    for item in recorded {
      let output = outputs[item.position]
      let part =
        random.contains(item.position)
        ? try Comparison(chanceIn: output, as: item.value)
        : try Comparison(
          output,
          to: item.value,
          steps: item.steps,
          tolerance: item.tolerance
        )
      comparison.merge(part, naming: model.graph[model.graph.outputs[item.position]].name)
    }
    return comparison
  }

  private static func status(of error: any Error) -> VerificationResult.Status {
    ExitStatus(ofCommand: error) == .unsupportedOperators ? .unsupported : .error
  }
}

extension RunOptions {
  /// Gives each input the shape of what was recorded for it, where the file names another one.
  ///
  /// A file may state a batch of 1 as an example only.
  fileprivate mutating func resize(_ model: Model, to inputs: [Datum]) {
    for (id, input) in zip(model.graph.inputs, inputs) {
      let value = model.graph[id]
      guard case .tensor(let tensor) = input, let declared = value.type.tensor?.shape,
        declared.isKnown, declared.rank == tensor.shape.rank, declared != tensor.shape,
        tensor.shape.dims.allSatisfy({ $0 > 0 })
      else { continue }
      shapes[value.name] = tensor.shape.dims
    }
  }
}
