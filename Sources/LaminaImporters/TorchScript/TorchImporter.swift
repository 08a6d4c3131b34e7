import LaminaCore
import LaminaOperators
import LaminaWire

/// Makes the graph of an archive by following its method `forward`.
struct TorchImporter {
  private let archive: TorchArchive

  init(_ archive: TorchArchive) { self.archive = archive }

  /// The ranks to try for inputs of which the code does not tell.
  private static let guesses = [4, 3, 2, 1, 5]
  private static let restartLimit = 200

  /// Returns the source graph.
  ///
  /// - Throws: ``ImportError`` when the file is damaged or names what it must not.
  func graph() throws(ImportError) -> Graph {
    guard let data = try archive.pickle("data.pkl") else {
      throw .invalid(place: "the archive", expected: "data.pkl", found: "none")
    }
    do {
      guard archive.hasCode, case .object(let root) = data else { return try weights(data) }
      return try follow(data, root)
    } catch let error as ImportError {
      throw error
    } catch let error as GraphError {
      throw .graph(error)
    } catch let error as TorchStop {
      throw Self.refusal(error)
    } catch { throw .invalid(place: "the model", expected: "a graph", found: "\(error)") }
  }

  private static func refusal(_ stop: TorchStop) -> ImportError {
    switch stop {
    case .restart, .rankNeeded:
      .invalid(place: "the inputs", expected: "one shape", found: "several")
    case .unsupported(let name, let reason): .unsupported(place: name, found: reason)
    case .raised(let text):
      .invalid(place: "the model", expected: "no error", found: SafeText.clean(text, limit: 200))
    case .invalid(let place, let expected, let found):
      .invalid(
        place: SafeText.clean(place, limit: 120),
        expected: SafeText.clean(expected, limit: 200),
        found: SafeText.clean(found, limit: 200)
      )
    }
  }

  // MARK: Code

  private func follow(_ data: PickleValue, _ root: PickleObject) throws -> Graph {
    guard let type = try archive.type(named: root.name.text),
      let forward = type.methods["forward"]
    else {
      throw ImportError.invalid(
        place: "the class \(SafeText.clean(root.name.text))",
        expected: "a method forward",
        found: "none"
      )
    }
    if let graph = try followForAllRanks(data, forward) { return graph }
    return try followGuessing(data, forward)
  }

  /// Follows the code with one rank after the other for inputs of which it does not tell, until
  /// all of it is supported.
  private func followGuessing(_ data: PickleValue, _ forward: TorchFunction) throws -> Graph {
    var ports = TorchPorts(forward, guess: Self.guesses[0])
    var problem: TorchStop?
    var best: Graph?
    var attempt = 0
    for _ in 0..<Self.restartLimit {
      let run = TorchRun(archive: archive, data: data, forward: forward)
      do {
        let graph = try run.graph(&ports)
        if graph.unsupportedOperators.isEmpty { return graph }
        best = best ?? graph
      } catch TorchStop.restart {
        continue
      } catch let error as TorchStop { problem = problem ?? error }
      attempt += 1
      guard ports.inputs.contains(where: \.isGuessed), attempt < Self.guesses.count else { break }
      ports = TorchPorts(forward, guess: Self.guesses[attempt])
      for index in ports.inputs.indices { ports.inputs[index].insists = true }
    }
    if let best { return best }
    ports = TorchPorts(forward)
    let run = TorchRun(archive: archive, data: data, forward: forward)
    return try run.stub(&ports, problem ?? .restart)
  }

  /// Follows the code without guessing; `nil` when it is for inputs of one rank that it does not
  /// tell, or cannot be followed to its end that way.
  private func followForAllRanks(_ data: PickleValue, _ forward: TorchFunction) throws -> Graph? {
    var ports = TorchPorts(forward)
    for _ in 0..<Self.restartLimit {
      let run = TorchRun(archive: archive, data: data, forward: forward)
      do {
        let graph = try run.graph(&ports)
        return graph.unsupportedOperators.isEmpty ? graph : nil
      } catch TorchStop.restart { continue } catch is TorchStop { return nil }
    }
    return nil
  }

  // MARK: Weights

  /// A graph without nodes, whose constants are all tensors of the pickle.
  private func weights(_ data: PickleValue) throws -> Graph {
    let interpreter = TorchInterpreter(archive: archive, inputs: [])
    let reader = TorchObjectReader(interpreter, folders: ["data", "constants"])
    var graph = Graph(name: SafeText.clean(archive.name))
    var isFull = false
    func collect(_ value: TorchValue, _ name: String, _ depth: Int) {
      guard depth < 64, graph.values.count < 1_000_000 else {
        isFull = true
        return
      }
      switch value {
      case .tensor(let tensor):
        if let constant = tensor.constant { graph.addConstant(SafeText.clean(name), constant) }
      case .list, .tuple:
        for (index, item) in (value.items ?? []).enumerated() {
          collect(item, name.isEmpty ? "\(index)" : "\(name).\(index)", depth + 1)
        }
      case .dictionary(let dictionary):
        for item in dictionary.items {
          var key = item.key.kind
          if case .string(let text) = item.key { key = text }
          collect(item.value, name.isEmpty ? key : "\(name).\(key)", depth + 1)
        }
      case .object(let object):
        for key in object.attributes.keys.sorted() {
          collect(object.attributes[key] ?? .none, name.isEmpty ? key : "\(name).\(key)", depth + 1)
        }
      default: break
      }
    }
    collect(try reader.value(data, path: ""), "", 0)
    guard !isFull else {
      throw ImportError.overLimit(place: "number of tensors", limit: 1_000_000)
    }
    graph.metadata.format = "PyTorch weights"
    return graph
  }
}
