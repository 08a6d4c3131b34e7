import LaminaCore

/// Sums products of elements over the indices that an equation names.
///
///     "ij,jk->ik"    y[i, k] = Σ_j a[i, j] · b[j, k]
///
/// A letter stands for an axis; equal letters run together, a letter within one operand twice
/// takes its diagonal. `...` stands for axes that broadcast. Without `->` the result has the
/// ellipsis and, in order of the alphabet, the letters that appear once.
///
/// - Inputs: one operand for each term of the equation, of one type.
/// - Outputs: `y`, the same type.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when the equation does not parse,
///   ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when a letter has two lengths.
/// - Source: ONNX Einsum (opset 28).
package struct Einsum: Operator {
  package static let name = "Einsum"

  package var equation: String

  package init(equation: String) { self.equation = equation }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let operands = try inputs.all(1...max(inputs.count, 1))
    for operand in operands { try operand.requireReal() }
    let plan = try EinsumPlan(equation, operands.map(\.shape))
    return [operands[0].result(plan.outputShape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let operands = inputs.present
    let plan = try EinsumPlan(equation, operands.map(\.shape))
    let values = try operands.map { try $0.wide() }
    var sums = try y.shape.zeros()
    plan.indices.forEachOffset(plan.strides + [plan.outputStrides]) { _, offsets in
      var product = 1.0
      for operand in values.indices { product *= values[operand][offsets[operand]] }
      sums[offsets[values.count]] += product
    }
    return [try Tensor(y.dtype, y.shape, narrowing: sums)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    guard let plan = try? EinsumPlan(equation, inputs.present.map(\.shape)) else { return .none }
    return .macs(plan.indices.elementCount ?? 0, max(inputs.count - 1, 1))
  }
}

/// An equation with the lengths of its indices.
package struct EinsumPlan {
  /// The names of each operand's axes: a letter, or one for each axis of an ellipsis.
  package let labels: [[String]]
  /// The names of the result's axes.
  package let outputLabels: [String]
  /// The lengths of all indices, those of the result first.
  let indices: Shape
  let outputShape: Shape
  /// For each operand, and the result, how far one step of each index goes.
  let strides: [[Int]]
  let outputStrides: [Int]

  package init(_ equation: String, _ shapes: [Shape]) throws(ShapeError) {
    let text = equation.filter { !$0.isWhitespace }
    let sides = text.split(separator: "->", omittingEmptySubsequences: false).map(String.init)
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    guard sides.count <= 2, terms.count == shapes.count else {
      throw .invalidAttribute("equation", found: equation, expected: "\(shapes.count) terms")
    }
    var labels: [[String]] = []
    for (term, shape) in zip(terms, shapes) {
      labels.append(try Self.labels(of: String(term), rank: shape.rank, equation))
    }
    let lengths = try Self.lengths(labels, shapes)
    let ellipsis = Set(labels.joined().filter { $0.hasPrefix("...") }).sorted()
    let output: [String]
    if sides.count == 2 {
      output = try Self.labels(of: sides[1], ellipsis: ellipsis, equation)
    } else {
      let all = labels.joined().filter { !$0.hasPrefix("...") }
      output = ellipsis + Set(all).filter { label in all.count { $0 == label } == 1 }.sorted()
    }
    guard Set(output).count == output.count, output.allSatisfy({ lengths[$0] != nil }) else {
      throw .invalidAttribute("equation", found: equation, expected: "known, distinct results")
    }
    let order = output + lengths.keys.filter { !output.contains($0) }.sorted()
    self.labels = labels
    outputLabels = output
    indices = Shape(order.map { lengths[$0] ?? 1 })
    outputShape = Shape(output.map { lengths[$0] ?? 1 })
    _ = try indices.count()
    strides = zip(labels, shapes).map { labels, shape in Self.strides(order, labels, shape) }
    outputStrides = Self.strides(order, output, outputShape)
  }

  /// Splits a term of an operand into labels; the axes of an ellipsis count from the last.
  private static func labels(
    of term: String,
    rank: Int,
    _ equation: String
  ) throws(ShapeError) -> [String] {
    let letters = term.filter(\.isLetter).count
    let rest = max(rank - letters, 0)
    let ellipsis = (0..<rest).map { position in
      "...\(1_000 + position - rest)"
    }
    let result = try labels(of: term, ellipsis: term.contains("...") ? ellipsis : [], equation)
    guard result.count == rank else {
      throw .invalidAttribute("equation", found: equation, expected: "\(rank) indices in \(term)")
    }
    return result
  }

  private static func labels(
    of term: String,
    ellipsis: [String],
    _ equation: String
  ) throws(ShapeError) -> [String] {
    var result: [String] = []
    var rest = term[...]
    while let first = rest.first {
      if rest.hasPrefix("...") {
        result += ellipsis
        rest = rest.dropFirst(3)
      } else if first.isLetter {
        result.append(String(first))
        rest = rest.dropFirst()
      } else {
        throw .invalidAttribute("equation", found: equation, expected: "letters and ...")
      }
    }
    return result
  }

  private static func lengths(
    _ labels: [[String]],
    _ shapes: [Shape]
  ) throws(ShapeError) -> [String: Int] {
    var lengths: [String: Int] = [:]
    for (term, shape) in zip(labels, shapes) {
      for (axis, label) in term.enumerated() {
        let known = lengths[label] ?? 1
        guard known == shape[axis] || known == 1 || shape[axis] == 1 else {
          throw .axisLengthMismatch(axis: axis, expected: known, found: shape[axis])
        }
        lengths[label] = known == 1 ? shape[axis] : known
      }
    }
    return lengths
  }

  private static func strides(_ order: [String], _ labels: [String], _ shape: Shape) -> [Int] {
    let own = shape.strides
    return order.map { label in
      labels.indices.reduce(0) { sum, axis in
        sum + (labels[axis] == label && shape[axis] != 1 ? own[axis] : 0)
      }
    }
  }
}
