import LaminaCore
import LaminaOperators
import LaminaWire

// Generalized linear models.
extension CoreMLModelNode {
  /// The rows of weights, and an offset for each.
  private func linearRows() throws -> (rows: [[Double]], offsets: [Double]) {
    let rows = try content.messages(1).map { try $0.doubles(1) }
    let offsets = try content.doubles(2)
    let width = rows.first?.count ?? 0
    guard width > 0, rows.allSatisfy({ $0.count == width }),
      offsets.isEmpty || offsets.count == rows.count
    else {
      throw invalid(
        "weights",
        expected: "rows of equal length, and an offset for each",
        found: "rows of \(rows.map(\.count)), \(offsets.count) offsets"
      )
    }
    return (rows, offsets.isEmpty ? rows.map { _ in 0 } : offsets)
  }

  func lowerLinearRegressor() throws {
    let (rows, offsets) = try linearRows()
    let op = LinearRegressor(
      coefficients: rows.joined().map { Float($0) },
      intercepts: offsets.map { Float($0) },
      targetCount: rows.count,
      transform: content.int(3) == 1 ? .logistic : .none
    )
    let y = try step(op, features())
    try finish(description.predictedName, content.int(3) == 2 ? cumulativeNormal(y) : y)
  }

  /// Either one row for each class but the first, or one row for each class by itself.
  func lowerLinearClassifier() throws {
    var (rows, offsets) = try linearRows()
    let labels = try classLabels()
    let isOneVersusRest = content.int(4) == 1 && rows.count == labels.count
    guard isOneVersusRest || rows.count == labels.count - 1 else {
      throw invalid(
        "weights",
        expected: "a row for each class, or for each but the first",
        found: "\(rows.count) rows, \(labels.count) classes"
      )
    }
    let isProbit = content.int(3) == 1
    if !isOneVersusRest {
      rows.insert([Double](repeating: 0, count: rows[0].count), at: 0)
      offsets.insert(0, at: 0)
    }
    guard !isProbit || isOneVersusRest else {
      throw CoreMLUnsupported(reason: "probit with a reference class")
    }
    let op = LinearClassifier(
      coefficients: rows.joined().map { Float($0) },
      intercepts: offsets.map { Float($0) },
      labels: labels,
      transform: isProbit ? .none : isOneVersusRest ? .logistic : .softmax
    )
    let results = try steps(op, [features()], count: 2)
    var scores = results[1]
    if isProbit { scores = try cumulativeNormal(scores) }
    if isOneVersusRest { scores = try step(Normalizer(.l1), scores) }
    try finishClasses(scores: scores, label: results[0])
  }

  /// The integral of the normal distribution up to x.
  ///
  ///     Φ(x) = (1 + erf(x / √2)) / 2
  private func cumulativeNormal(_ x: ValueID) throws -> ValueID {
    let inner = try unary(.affine(alpha: 0.5.squareRoot(), beta: 0), x)
    return try unary(.affine(alpha: 0.5, beta: 0.5), unary(.erf, inner))
  }
}
