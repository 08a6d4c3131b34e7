import CLaminaKernels
import Foundation
import LaminaSIMD

/// Times the float32 kernels of one instruction set, layer by layer, on one core.
///
/// Each layer's multiply-accumulates, counted as the operator defines them, are held against what the
/// core does in registers alone. Layers of fewer products than defined (Winograd) may exceed it.
@main
enum Benchmarks {
  static func main() throws {
    let set = InstructionSet.current
    let peak = peakGigaflops(set.kernels)
    print("\(set.title): \(number(peak, 1)) GFLOP/s in registers")
    print(row("layer", "kernel", "µs", "GFLOP/s", "of peak"))
    for layer in Layer.all {
      let (kernel, seconds) = try layer.time(set)
      let rate = 2 * Double(layer.products) / seconds / 1e9
      let share = layer.products > 0 ? number(100 * rate / peak, 0) + " %" : ""
      let name = kernel.replacingOccurrences(of: " " + set.rawValue, with: "")
      print(row(layer.title, name, number(seconds * 1e6, 1), number(rate, 1), share))
    }
  }

  /// The best of several measurements of multiplications and additions without loads.
  private static func peakGigaflops(_ kernels: lamina_kernels) -> Double {
    let rounds = 200_000
    let operations = 2 * Double(rounds * kernels.lanes * lamina_roof_chains)
    let seconds = (0..<7).map { _ in
      Stopwatch.seconds { _ = kernels.f32_roof(rounds) }
    }
    return operations / (seconds.min() ?? 1) / 1e9
  }

  private static func number(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  private static func row(_ cells: String...) -> String {
    let widths = [34, 30, 9, 9, 8]
    return zip(cells, widths).enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(cell.1 - cell.0.count, 0))
      return index < 2 ? cell.0 + padding : padding + cell.0
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
