import LaminaCore
import LaminaOperators
import LaminaWire

// Support vector machines.
extension CoreMLModelNode {
  /// The kernel of a field 1, with the defaults of LIBSVM's file.
  private func vectorKernel() throws -> SVMKernel {
    let kernel = try content.message(1) ?? ProtobufMessage()
    if let own = try kernel.message(2) { return SVMKernel(kind: .rbf, gamma: own.double(1)) }
    if let own = try kernel.message(3) {
      return SVMKernel(
        kind: .poly,
        gamma: own.double(3),
        coef0: own.double(2),
        degree: Double(own.int(1))
      )
    }
    if let own = try kernel.message(4) {
      return SVMKernel(kind: .sigmoid, gamma: own.double(1), coef0: own.double(2))
    }
    return SVMKernel(kind: .linear)
  }

  /// The support vectors as rows of the width of the input; sparse ones count features from 1.
  private func supportVectors(sparse: Int, dense: Int, width: Int) throws -> [[Double]] {
    if let own = try content.message(dense) {
      let rows = try own.messages(1).map { try $0.doubles(1) }
      guard rows.allSatisfy({ $0.count == width }) else {
        throw invalid("vectors", expected: "rows of \(width)", found: "rows of other lengths")
      }
      return rows
    }
    guard width <= 1 << 20 else { throw invalid("features", expected: "fewer", found: "\(width)") }
    let vectors = try content.message(sparse)?.messages(1) ?? []
    let (size, overflow) = vectors.count.multipliedReportingOverflow(by: width)
    guard !overflow, size <= 1 << 24 else {
      throw ImportError.overLimit(place: "\(place), vectors", limit: 1 << 24)
    }
    return try vectors.map { vector in
      var row = [Double](repeating: 0, count: width)
      for node in try vector.messages(1) {
        guard (1...max(width, 1)).contains(node.int(1)) else {
          throw invalid("vectors", expected: "features 1 to \(width)", found: "\(node.int(1))")
        }
        row[node.int(1) - 1] = node.double(2)
      }
      return row
    }
  }

  private func width(_ x: ValueID) throws -> Int {
    guard let width = builder.shape(x).dims.last, width > 0 else {
      throw CoreMLUnsupported(reason: "an input of unknown length")
    }
    return width
  }

  /// Predicts a number.
  ///
  ///     y = Σ alpha · kernel(x, v) − rho
  func lowerVectorRegressor() throws {
    let x = try features()
    let vectors = try supportVectors(sparse: 2, dense: 3, width: width(x))
    let op = SVMRegressor(
      kernel: try vectorKernel(),
      coefficients: try content.message(4)?.doubles(1).map { Float($0) } ?? [],
      supportVectors: vectors.joined().map { Float($0) },
      vectorCount: vectors.count,
      rho: [Float(-content.double(5))],
      isOneClass: false,
      transform: .none
    )
    try finish(description.predictedName, step(op, x))
  }

  func lowerVectorClassifier() throws {
    let x = try features()
    let vectors = try supportVectors(sparse: 3, dense: 4, width: width(x))
    let labels = try classLabels()
    let coefficients = try content.messages(5).map { try $0.doubles(1) }
    let (probA, probB) = (try content.doubles(7), try content.doubles(8))
    guard coefficients.count == labels.count - 1 else {
      throw invalid(
        "coefficients",
        expected: "\(labels.count - 1) rows",
        found: "\(coefficients.count)"
      )
    }
    let op = SVMClassifier(
      kernel: try vectorKernel(),
      coefficients: coefficients.joined().map { Float($0) },
      supportVectors: vectors.joined().map { Float($0) },
      vectorsPerClass: try content.ints(2),
      rho: try content.doubles(6).map { Float(-$0) },
      probA: probA.map { Float($0) },
      probB: probB.map { Float($0) },
      labels: labels,
      transform: .none
    )
    let results = try steps(op, [x], count: 2)
    try finishClasses(scores: results[1], label: results[0])
  }
}
