import ArgumentParser
import LaminaCore
import LaminaImporters
import LaminaWire

/// Arrays that a model runs on.
package struct InputOptions: ParsableArguments {
  @Option(
    name: .customLong("input"),
    help: ArgumentHelp(
      "An input array; repeat for each. NAME= may be left out for the only input.",
      valueName: "name=file.npy"
    )
  )
  package var files: [String] = []

  package init() {}

  /// Reads the arrays that were given, each for its input.
  ///
  /// - Parameter graph: The model's graph.
  /// - Returns: Values by the position of the input.
  /// - Throws: ``UsageError`` for a name that is none; what is wrong with a file.
  package func values(for graph: Graph) throws -> [Int: Datum] {
    var values: [Int: Datum] = [:]
    for argument in files {
      let (slot, path) = try resolve(argument, graph)
      guard values[slot] == nil else {
        throw UsageError("--input \(argument): this input is given twice")
      }
      let type = graph[graph.inputs[slot]].type
      let datum: Datum
      do { datum = try RecordedArray.read(path, as: type) } catch {
        throw RefusedFile(path: path, reason: error)
      }
      values[slot] = try Self.converted(datum, to: type)
    }
    return values
  }

  private func resolve(_ argument: String, _ graph: Graph) throws -> (slot: Int, path: String) {
    let names = graph.inputs.map { graph[$0].name }
    for (slot, name) in names.enumerated() where argument.hasPrefix(name + "=") {
      return (slot, String(argument.dropFirst(name.count + 1)))
    }
    guard names.count == 1 else {
      throw UsageError(
        "--input \(argument): write NAME=FILE with one of the model's inputs: "
          + names.joined(separator: ", ")
      )
    }
    return (0, argument)
  }

  /// Turns the numbers of NumPy's usual types into those that the model takes, where none is lost.
  private static func converted(_ datum: Datum, to type: ValueType) throws -> Datum {
    guard case .tensor(let tensor) = datum, let target = type.tensor?.dtype,
      target != tensor.dtype, target.realElement != nil, tensor.dtype.realElement != nil
    else { return datum }
    let result = try tensor.cast(to: target)
    guard try result.doubles() == tensor.doubles() || target.isFloatingPoint else {
      throw UsageError(
        "an input of type \(tensor.dtype.name) does not fit the model's \(target.name)"
      )
    }
    return .tensor(result)
  }
}
