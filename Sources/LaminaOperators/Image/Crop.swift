import LaminaCore

/// Cuts the border off images.
///
///     y[n, c, i, j] = x[n, c, i + top, j + left]
///
/// The border is left, top, right, bottom. With `size` rows and columns are that many, counted
/// from left and top.
///
/// - Inputs: `x`, N×C×H×W.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when the border is wider than `x`.
/// - Source: ONNX Crop (experimental, opset 1).
package struct Crop: MovementOperator {
  package static let name = "Crop"

  package var border: [Int]
  package var size: [Int]?

  package init(border: [Int], size: [Int]? = nil) {
    self.border = border
    self.size = size
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    try x.requireRank(4...4)
    let (height, width) = (x.shape[2], x.shape[3])
    guard border.count == 4, border.allSatisfy({ 0...max(height, width) ~= $0 }),
      size.map({ $0.count == 2 && $0.allSatisfy { 0...max(height, width) ~= $0 } }) ?? true
    else {
      throw .invalidAttribute(
        "border",
        found: "\(border)",
        expected: "four lengths within \(x.shape)"
      )
    }
    let rows = size?[0] ?? height - border[1] - border[3]
    let columns = size?[1] ?? width - border[0] - border[2]
    guard rows >= 0, columns >= 0, rows + border[1] <= height, columns + border[0] <= width else {
      throw .invalidAttribute("border", found: "\(border)", expected: "less than \(x.shape)")
    }
    return [x.with(shape: [x.shape[0], x.shape[1], rows, columns])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs.only()
    let line = y.shape[3] * x.dtype.byteCount
    var result = try Tensor(zeros: x.dtype, y.shape, quantization: x.quantization)
    guard result.count > 0 else { return [result] }
    x.withBytes { source in
      result.withMutableBytes { target in
        for (number, index) in MixedRadix(Array(y.shape.dims.dropLast())).enumerated() {
          let row = (index[0] * x.shape[1] + index[1]) * x.shape[2] + index[2] + border[1]
          let start = (row * x.shape[3] + border[0]) * x.dtype.byteCount
          for byte in 0..<line { target[number * line + byte] = source[start + byte] }
        }
      }
    }
    return [result]
  }
}
