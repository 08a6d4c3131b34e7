import ArgumentParser
import Foundation
import LaminaSIMD

/// Times the kernels of one instruction set, layer by layer, on one core.
///
/// Each layer's multiply-accumulates, counted as the operator defines them, are held against what the
/// core does in registers alone, measured just before the layer. Layers of fewer products than defined
/// (Winograd) may exceed it.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "LaminaBenchmarks")

  @Argument(help: "fp32, bf16 or int8; all where none is named.")
  var precisions: [String] = []

  @Option(help: "Only layers whose title holds this.")
  var layer = ""

  func validate() throws {
    for name in precisions where Elements(rawValue: name) == nil {
      throw ValidationError("the precision is fp32, bf16 or int8, not \(name)")
    }
  }

  func run() throws {
    let set = InstructionSet.current
    print(set.title)
    print(row("", "layer", "kernel", "µs", "GMAC/s", "peak", "of it"))
    for elements in Elements.allCases
    where precisions.isEmpty || precisions.contains(elements.rawValue) {
      for layer in Layer.all where self.layer.isEmpty || layer.title.contains(self.layer) {
        try print(line(layer, elements, set))
      }
    }
  }

  private func line(_ layer: Layer, _ elements: Elements, _ set: InstructionSet) throws -> String {
    let peak = elements.peak(set.kernels)
    let (kernel, seconds) = try layer.time(elements, set)
    let name = kernel.replacingOccurrences(of: " " + set.rawValue, with: "")
    let cells = [elements.rawValue, layer.title, name, number(seconds * 1e6, 1)]
    guard layer.products > 0 else { return row(cells) }
    let rate = Double(layer.products) / seconds
    let share = number(100 * rate / peak, 0) + " %"
    return row(cells + [number(rate / 1e9, 1), number(peak / 1e9, 0), share])
  }

  private func number(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  private func row(_ cells: String...) -> String { row(cells) }

  private func row(_ cells: [String]) -> String {
    let widths = [4, 34, 26, 9, 8, 6, 6]
    return zip(cells, widths).enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(cell.1 - cell.0.count, 0))
      return index < 3 ? cell.0 + padding : padding + cell.0
    }.joined(separator: " ")
  }
}

/// Wall-clock time.
enum Stopwatch {
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    try body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  }
}
