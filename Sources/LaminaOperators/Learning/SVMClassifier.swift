import LaminaCore

/// Chooses a class by likeness to support vectors.
///
/// For each pair of classes a decision is made, and a vote cast; the class with most votes wins.
/// With `probA` and `probB` the scores are probabilities made from the decisions instead. Without
/// support vectors there is one linear decision for each class.
///
///     d(i, j) = rho + Σ_v∈i c[j − 1, v] · kernel(x, v) + Σ_v∈j c[i, v] · kernel(x, v)
///
/// - Inputs: `x`, real, N×F.
/// - Outputs: `y`, N labels; `scores`, float32, N×classes or N×pairs.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when the lists do not fit.
/// - Source: ONNX-ML SVMClassifier; LIBSVM for the probabilities (Wu, Lin and Weng, "Probability
///   estimates for multi-class classification by pairwise coupling", JMLR 5, 2004).
package struct SVMClassifier: Operator {
  package static let name = "SVMClassifier"

  package var kernel: SVMKernel
  package var coefficients: [Float]
  package var supportVectors: [Float]
  package var vectorsPerClass: [Int]
  package var rho: [Float]
  package var probA: [Float]
  package var probB: [Float]
  package var labels: ClassLabels
  package var transform: PostTransform

  package init(
    kernel: SVMKernel,
    coefficients: [Float],
    supportVectors: [Float],
    vectorsPerClass: [Int],
    rho: [Float],
    probA: [Float],
    probB: [Float],
    labels: ClassLabels,
    transform: PostTransform
  ) {
    self.kernel = kernel
    self.coefficients = coefficients
    self.supportVectors = supportVectors
    self.vectorsPerClass = vectorsPerClass
    self.rho = rho
    self.probA = probA
    self.probB = probB
    self.labels = labels
    self.transform = transform
  }

  private var isLinear: Bool { vectorsPerClass.allSatisfy { $0 == 0 } }
  private var classCount: Int { max(labels.count, 1) }
  private var pairCount: Int { classCount * (classCount - 1) / 2 }

  /// How many scores there are before probabilities are made of them.
  private var scoreCount: Int { isLinear || !probA.isEmpty ? classCount : pairCount }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (rows, columns) = try featureShape(inputs.only())
    guard classCount < 1 << 16, isFitting(columns) else {
      throw .invalidAttribute(
        "coefficients",
        found: "\(coefficients.count)",
        expected: "what fits \(columns) features"
      )
    }
    let width = scoreCount == 1 && labels.count == 2 ? 2 : scoreCount
    return [TensorType(labels.dtype, [rows]), TensorType(.float32, [rows, width])]
  }

  private func isFitting(_ columns: Int) -> Bool {
    if isLinear { return coefficients.count == classCount * columns && !rho.isEmpty }
    let total = vectorsPerClass.reduce(0) { $0 &+ $1 }
    return vectorsPerClass.count == classCount && classCount >= 2
      && vectorsPerClass.allSatisfy { $0 >= 0 && $0 <= supportVectors.count }
      && supportVectors.count == total &* columns && coefficients.count == (classCount - 1) &* total
      && rho.count >= pairCount
      && (probA.isEmpty || probA.count >= pairCount && probB.count >= pairCount)
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    let vectors = supportVectors.map(Double.init)
    var (classes, scores): ([Int], [Float]) = ([], [])
    for row in try featureRows(inputs.only()) {
      let (best, final) = isLinear ? linear(row) : decide(row, vectors)
      classes.append(best)
      scores += final.map { Float($0) }
    }
    return [labels.tensor(classes), Tensor(types[1].shape, scores)]
  }

  private func linear(_ row: [Double]) -> (Int, [Double]) {
    let sums = linearScores(row, coefficients, [], classCount).map { $0 + Double(rho[0]) }
    return (largest(sums), transform.apply(sums))
  }

  private func decide(_ row: [Double], _ vectors: [Double]) -> (Int, [Double]) {
    let total = vectorsPerClass.reduce(0, +)
    let likeness = kernel.all(row, vectors, count: total)
    let starts = vectorsPerClass.indices.map { vectorsPerClass[..<$0].reduce(0, +) }
    func sum(_ line: Int, _ other: Int) -> Double {
      var sum = 0.0
      for vector in starts[other]..<starts[other] + vectorsPerClass[other] {
        sum += Double(coefficients[line * total + vector]) * likeness[vector]
      }
      return sum
    }
    var votes = [Double](repeating: 0, count: classCount)
    var decisions: [Double] = []
    for i in 0..<classCount {
      for j in i + 1..<max(classCount, i + 1) {
        let decision = Double(rho[decisions.count]) + sum(j - 1, i) + sum(i, j)
        votes[decision > 0 ? i : j] += 1
        decisions.append(decision)
      }
    }
    if !probA.isEmpty {
      let estimates = PairwiseCoupling.probabilities(decisions, probA, probB, classCount)
      return (largest(estimates), transform.apply(estimates))
    }
    guard decisions.count == 1 else { return (largest(votes), transform.apply(decisions)) }
    return (largest(votes), transform.apply([-decisions[0], decisions[0]]))
  }
}
