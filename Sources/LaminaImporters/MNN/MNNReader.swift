import LaminaCore
import LaminaWire

/// Reads the fields of a network, and the operators with their parameters still as tables.
///
/// - Source: MNN, schema/default/MNN.fbs.
enum MNNReader {
  private static let tensorLimit = 1 << 20

  static func read(_ bytes: ByteView) throws(ImportError) -> MNNModel {
    do {
      let root = try FlatBuffer(bytes).root("network")
      let names = try root.strings(7)
      return MNNModel(
        operators: try operators(root, 3),
        tensorNames: names,
        outputNames: try root.strings(4),
        quantizations: try quantizations(root),
        version: try root.table(2, "extra information")?.string(2),
        subgraphs: try root.tables(10, "graph").map { try subgraph($0) }
      )
    } catch let error as ImportError {
      throw error
    } catch let error as WireError {
      throw .wire(error)
    } catch {
      throw .invalid(place: "network", expected: "readable fields", found: "\(error)")
    }
  }

  private static func subgraph(_ table: FlatTable) throws -> MNNSubgraph {
    MNNSubgraph(
      name: try table.string(0) ?? "",
      inputs: try table.ints(1) ?? [],
      outputs: try table.ints(2) ?? [],
      tensorNames: try table.strings(3),
      operators: try operators(table, 4)
    )
  }

  private static func operators(_ table: FlatTable, _ field: Int) throws -> [MNNOperator] {
    try table.tables(field, "operator").enumerated().map { index, table in
      let type = try table.int(5)
      let place = "operator \(index)"
      return MNNOperator(
        index: index,
        type: MNNOperatorTypes.names[type] ?? "operator type \(type)",
        name: try table.string(3) ?? "",
        inputs: try indices(table, 0, place),
        outputs: try indices(table, 4, place),
        main: try table.table(2, "parameters of \(place)"),
        mainType: Int(try table.integer(1, default: UInt8(0))),
        defaultFormat: MNNDataFormat(rawValue: try table.byte(6, default: 1)) ?? .unknown
      )
    }
  }

  private static func indices(_ table: FlatTable, _ field: Int, _ place: String) throws -> [Int] {
    let indices = try table.ints(field) ?? []
    guard indices.allSatisfy({ (-1..<tensorLimit).contains($0) }) else {
      throw ImportError.invalid(
        place: place,
        expected: "tensors below \(tensorLimit)",
        found: "\(indices.prefix(8))"
      )
    }
    return indices
  }

  private static func quantizations(_ root: FlatTable) throws -> [Int: MNNQuantization] {
    var result: [Int: MNNQuantization] = [:]
    for table in try root.tables(1, "description of a tensor") {
      guard let info = try table.table(4, "quantization of a tensor") else { continue }
      let scale = try info.float(0)
      let zero = try info.float(1)
      guard scale > 0, scale.isFinite, let zeroPoint = Int(exactly: zero.rounded()) else {
        continue
      }
      result[try table.int(1)] = MNNQuantization(
        scale: scale,
        zeroPoint: zeroPoint,
        isByte: try info.int(4) == 6
      )
    }
    return result
  }
}
