import Glibc
import LaminaCore

/// Makes the matrix that takes a spectrum to bands evenly spaced in mel.
///
///     mel(f) = 2595 · log10(1 + f / 700)
///     edges: bins + 2 frequencies from low to high, evenly spaced in mel, as places in the spectrum
///     column i rises from 0 at edge i to 1 at edge i + 1 and falls to 0 at edge i + 2
///
/// The spacing is (high − low) / (bins + 2); places are (length + 1) · f / rate, rounded down.
///
/// - Inputs: the number of bins, the length of the transform, the sample rate, the low and the high
///   frequency in hertz; each one number.
/// - Outputs: `y`, (⌊length/2⌋ + 1)×bins.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)``, ``ShapeError/indexOutOfRange(_:length:)``
///   when a band leaves the spectrum.
/// - Source: ONNX MelWeightMatrix (opset 17).
package struct MelWeightMatrix: Operator {
  package static let name = "MelWeightMatrix"

  package var outputType: DataType

  package init(outputType: DataType = .float32) { self.outputType = outputType }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    guard try inputs[0].contents != nil, try inputs[1].contents != nil else {
      return [TensorType(outputType, [Shape.unknown, Shape.unknown])]
    }
    let (bins, length) = (try inputs.ints(0).first ?? -1, try inputs.ints(1).first ?? -1)
    guard 0..<1 << 31 ~= bins, 0..<1 << 31 ~= length else {
      throw .invalidAttribute("bins", found: "\(bins), \(length)", expected: "0 or more")
    }
    return [TensorType(outputType, [length / 2 + 1, bins])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let (rows, bins) = (y.shape[0], y.shape[1])
    var values = try y.shape.zeros()
    let edges = try edges(inputs, bins: bins, rows: rows)
    for bin in 0..<bins {
      let (low, middle, high) = (edges[bin], edges[bin + 1], edges[bin + 2])
      if middle == low { values[middle * bins + bin] = 1 }
      for row in low..<max(middle + 1, low) where middle > low {
        values[row * bins + bin] = Double(row - low) / Double(middle - low)
      }
      for row in middle..<max(high, middle) {
        values[row * bins + bin] = Double(high - row) / Double(high - middle)
      }
    }
    return [try Tensor(outputType, y.shape, narrowing: values)]
  }

  /// Returns the places of all edges in the spectrum.
  private func edges(_ inputs: TensorInputs, bins: Int, rows: Int) throws -> [Int] {
    func mel(_ frequency: Double) -> Double { 2595 * log10(1 + frequency / 700) }
    let (length, rate) = (try inputs[1].scalar(), try inputs[2].scalar())
    let (low, high) = (mel(try inputs[3].scalar()), mel(try inputs[4].scalar()))
    let step = (high - low) / Double(bins + 2)
    return try (0..<bins + 2).map { index in
      let frequency = 700 * (pow(10, (low + Double(index) * step) / 2595) - 1)
      let place = ((length + 1) * frequency / rate).rounded(.down)
      guard place >= 0, place < Double(rows) else {
        throw ShapeError.indexOutOfRange(Int(Int64(clamping: place)), length: rows)
      }
      return Int(place)
    }
  }
}
