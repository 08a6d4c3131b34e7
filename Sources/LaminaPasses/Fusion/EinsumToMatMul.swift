import LaminaCore
import LaminaOperators

/// Lowers a contraction of two operands to a matrix product.
///
///     Einsum("bid,bjd->bij", a, b)  →  MatMul(a, b transposed)
///
/// Axes of both operands and the result are the batch, those of the result and one operand are its
/// rows or columns, those of both operands alone are summed over; transposes and reshapes bring
/// them together where they are not. Applies to floats of known shapes without diagonals, axes
/// that are repeated, or sums over one operand alone.
package struct EinsumToMatMul: RewritePass {
  package static let name = "einsum-to-matmul"
  package static let promise = Exactness.rounding
  package static let roots: [any Operator.Type] = [Einsum.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard let op = node.op as? Einsum, node.activation == nil, node.inputs.count == 2,
      let left = node.inputs[0], let right = node.inputs[1],
      let contraction = Contraction(op, graph[left].tensorType, graph[right].tensorType)
    else { return nil }
    var edit = GraphEdit("\(node.name) is a matrix product")
    edit.remove(node)
    let a = arrange(left, contraction.labels[0], contraction.leftGroups, &edit, node)
    let b = arrange(right, contraction.labels[1], contraction.rightGroups, &edit, node)
    var steps: [any Operator] = [MatMul(transposesB: contraction.isRightTransposed)]
    steps += contraction.lastSteps
    var inputs = [a, b]
    for (index, step) in steps.enumerated() {
      let isLast = index == steps.count - 1
      let made = edit.add(
        isLast ? node.name : "\(node.name)/\(type(of: step).name)",
        step,
        inputs: inputs,
        outputs: isLast ? node.outputs : [nil],
        sources: node.sources
      )
      inputs = [.made(made)]
    }
    return edit
  }

  /// An operand with its axes in the order of groups, each group one axis.
  private func arrange(
    _ operand: ValueID,
    _ labels: [String],
    _ groups: [Contraction.Group],
    _ edit: inout GraphEdit,
    _ node: Node
  ) -> GraphEdit.Input {
    var input = GraphEdit.Input.existing(operand)
    let axes = groups.flatMap(\.labels).compactMap { labels.firstIndex(of: $0) }
    if axes != Array(labels.indices) {
      let step = Transpose(permutation: axes)
      input = .made(edit.add("\(node.name)/axes", step, inputs: [input], sources: node.sources))
    }
    if groups.contains(where: { $0.labels.count != 1 }) {
      let step = Reshape(shape: groups.map(\.count), zeroIsLength: true)
      input = .made(edit.add("\(node.name)/shape", step, inputs: [input], sources: node.sources))
    }
    return input
  }
}

/// An equation of two operands as a batch of matrix products.
private struct Contraction {
  /// Labels whose axes become one.
  struct Group {
    var labels: [String]
    var count: Int
  }

  let labels: [[String]]
  /// Batch, if there is one, rows and sums.
  let leftGroups: [Group]
  /// Batch, if there is one, and columns and sums, or the other way round.
  let rightGroups: [Group]
  let isRightTransposed: Bool
  /// What makes the result of the product.
  let lastSteps: [any Operator]

  init?(_ op: Einsum, _ left: TensorType, _ right: TensorType) {
    let types = [left, right]
    guard types.allSatisfy({ $0.dtype == .float32 && !$0.isQuantized && $0.shape.isKnown }),
      let plan = try? EinsumPlan(op.equation, types.map(\.shape)),
      let lengths = Self.lengths(plan, types)
    else { return nil }
    labels = plan.labels
    let (a, b, y) = (Set(labels[0]), Set(labels[1]), plan.outputLabels)
    let sums = labels[0].filter { b.contains($0) && !y.contains($0) }
    guard !sums.isEmpty, a.union(b).subtracting(y).isSubset(of: sums) else { return nil }
    func group(_ labels: [String]) -> Group {
      Group(labels: labels, count: labels.reduce(1) { $0 * (lengths[$1] ?? 1) })
    }
    let batch = group(y.filter { a.contains($0) && b.contains($0) })
    let rows = group(y.filter { a.contains($0) && !b.contains($0) })
    let columns = group(y.filter { !a.contains($0) })
    let summed = group(sums)
    let first = batch.labels.isEmpty ? [] : [batch]
    leftGroups = first + [rows, summed]
    isRightTransposed = labels[1] != batch.labels + sums + columns.labels
    rightGroups = first + (isRightTransposed ? [columns, summed] : [summed, columns])
    let order = batch.labels + rows.labels + columns.labels
    var steps: [any Operator] = []
    if (first + [rows, columns]).contains(where: { $0.labels.count != 1 }) {
      steps.append(Reshape(shape: order.map { lengths[$0] ?? 1 }, zeroIsLength: true))
    }
    let axes = y.compactMap { order.firstIndex(of: $0) }
    if axes != Array(axes.indices) { steps.append(Transpose(permutation: axes)) }
    lastSteps = steps
  }

  /// The length of each label; `nil` where an operand has a diagonal, is repeated or is empty.
  private static func lengths(_ plan: EinsumPlan, _ types: [TensorType]) -> [String: Int]? {
    var lengths: [String: Int] = [:]
    for (labels, type) in zip(plan.labels, types) {
      guard Set(labels).count == labels.count else { return nil }
      for (label, length) in zip(labels, type.shape.dims) {
        guard length > 0, lengths[label] ?? length == length else { return nil }
        lengths[label] = length
      }
    }
    return lengths
  }
}
