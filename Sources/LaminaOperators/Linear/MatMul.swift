import LaminaCore

/// Multiplies matrices, batch by batch.
///
///     y[…, i, j] = alpha · Σ_k a[…, i, k] · b[…, k, j] + c[j]
///
/// The last two axes are the matrices'; axes before them broadcast. A tensor of rank 1 is a row on
/// the left, a column on the right, and its axis is missing from the result.
///
/// - Inputs: `a`, `b`, rank 1 or more, of one type; `c`, a row of floats, optional.
/// - Outputs: `y`, the same type.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when k differs,
///   ``ShapeError/notBroadcastable(_:_:)``.
/// - Source: ONNX MatMul (opset 13); TFLite BATCH_MATMUL; com.microsoft FusedMatMul.
package struct MatMul: Operator {
  package static let name = "MatMul"

  package var transposesA: Bool
  package var transposesB: Bool
  package var alpha: Float

  package init(transposesA: Bool = false, transposesB: Bool = false, alpha: Float = 1) {
    self.transposesA = transposesA
    self.transposesB = transposesB
    self.alpha = alpha
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (a, b) = (try inputs[0], try inputs[1])
    try a.requireReal()
    try b.requireReal()
    let product = try MatrixProduct(a.shape, b.shape, transposesA, transposesB)
    if let c = inputs.optional(2), c.shape != [product.columns] {
      throw .axisLengthMismatch(
        axis: 0,
        expected: product.columns,
        found: c.shape.elementCount ?? -1
      )
    }
    return [a.result(product.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let (a, b) = (try inputs[0], try inputs[1])
    let product = try MatrixProduct(a.shape, b.shape, transposesA, transposesB)
    if let integer = y.dtype.integerElement { return [try product.integers(a, b, in: integer)] }
    let wide = y.dtype == .float64
    let result =
      wide ? try product.floats(a, b, in: Double.self) : try product.floats(a, b, in: Float.self)
    let factor = Double(alpha)
    let scaled = try alpha == 1 ? result : result.mapReal { $0 * factor }
    guard let row = inputs.optional(2) else { return [try scaled.rounded(to: y.dtype)] }
    let sums = BinaryElementwise(.add)
    return [try sums.evaluate([scaled, row])[0].rounded(to: y.dtype)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    guard let a = inputs.optional(0)?.shape, let b = inputs.optional(1)?.shape,
      let product = try? MatrixProduct(a, b, transposesA, transposesB)
    else { return .none }
    return .macs(product.shape.elementCount ?? 0, product.depth)
  }
}

/// The lengths of a product of stacks of matrices.
struct MatrixProduct {
  let rows: Int
  let depth: Int
  let columns: Int
  let batch: Shape
  /// The shape of the result.
  let shape: Shape
  private let strides: (a: [Int], b: [Int])
  private let transposes: (a: Bool, b: Bool)

  init(
    _ a: Shape,
    _ b: Shape,
    _ transposesA: Bool,
    _ transposesB: Bool
  ) throws(ShapeError) {
    guard a.rank >= 1, b.rank >= 1 else {
      throw .wrongRank(expected: "rank 1 or more", found: a.rank == 0 ? a : b)
    }
    transposes = (transposesA && a.rank > 1, transposesB && b.rank > 1)
    let left = a.rank == 1 ? [1, a[0]] : Array(a.dims.suffix(2))
    let right = b.rank == 1 ? [b[0], 1] : Array(b.dims.suffix(2))
    rows = transposes.a ? left[1] : left[0]
    depth = transposes.a ? left[0] : left[1]
    columns = transposes.b ? right[0] : right[1]
    let found = transposes.b ? right[1] : right[0]
    guard found == depth else {
      throw .axisLengthMismatch(axis: max(b.rank - 2, 0), expected: depth, found: found)
    }
    let (stackA, stackB) = (Shape(a.dims.dropLast(2)), Shape(b.dims.dropLast(2)))
    batch = try stackA.broadcast(with: stackB)
    strides = (stackA.strides(broadcastTo: batch), stackB.strides(broadcastTo: batch))
    shape = Shape(
      batch.dims + (a.rank == 1 ? [] : [rows]) + (b.rank == 1 ? [] : [columns])
    )
  }

  /// Returns the product of floats.
  func floats<Element: FloatElement>(
    _ a: Tensor,
    _ b: Tensor,
    in type: Element.Type
  ) throws -> Tensor {
    let left = try a.elements(as: type)
    let right = try b.elements(as: type)
    return try Tensor.build(shape, of: type) { target in
      guard let output = target.baseAddress, !target.isEmpty, depth > 0 else { return }
      batch.forEachOffset([strides.a, strides.b]) { position, offsets in
        let x = matrix(left, offsets[0], rows, depth, isTransposed: transposes.a)
        let y = matrix(right, offsets[1], depth, columns, isTransposed: transposes.b)
        x.withUnsafeBufferPointer { x in
          y.withUnsafeBufferPointer { y in
            guard let x = x.baseAddress, let y = y.baseAddress else { return }
            addProduct(
              rows: rows,
              depth: depth,
              columns: columns,
              x,
              depth,
              y,
              columns,
              output + position * rows * columns,
              columns
            )
          }
        }
      }
    }
  }

  /// Returns the product of whole numbers; sums wrap around.
  func integers<Element: IntegerElement>(
    _ a: Tensor,
    _ b: Tensor,
    in type: Element.Type
  ) throws -> Tensor {
    let left = try a.elements(of: type)
    let right = try b.elements(of: type)
    return try Tensor.build(shape, of: type) { target in
      batch.forEachOffset([strides.a, strides.b]) { position, offsets in
        let x = matrix(left, offsets[0], rows, depth, isTransposed: transposes.a)
        let y = matrix(right, offsets[1], depth, columns, isTransposed: transposes.b)
        for row in 0..<rows {
          for column in 0..<columns {
            var sum: Element = 0
            for k in 0..<depth {
              sum &+= x[x.startIndex + row * depth + k] &* y[y.startIndex + k * columns + column]
            }
            target[(position * rows + row) * columns + column] = sum
          }
        }
      }
    }
  }

  /// Returns one matrix of a stack, row by row.
  private func matrix<Element>(
    _ stack: [Element],
    _ number: Int,
    _ rows: Int,
    _ columns: Int,
    isTransposed: Bool
  ) -> ArraySlice<Element> {
    let part = stack[number * rows * columns..<(number + 1) * rows * columns]
    guard isTransposed else { return part }
    var result: [Element] = []
    result.reserveCapacity(part.count)
    for row in 0..<rows {
      for column in 0..<columns { result.append(part[part.startIndex + column * rows + row]) }
    }
    return result[...]
  }
}
