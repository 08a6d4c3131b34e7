import LaminaCore

/// The names of classes: whole numbers or texts.
package enum ClassLabels: Hashable, Sendable {
  case ints([Int])
  case strings([String])

  package var count: Int {
    switch self {
    case .ints(let ints): ints.count
    case .strings(let strings): strings.count
    }
  }

  var dtype: DataType {
    switch self {
    case .ints: .int64
    case .strings: .string
    }
  }

  /// The labels as keys of a map.
  var keys: [Datum.MapKey] {
    switch self {
    case .ints(let ints): ints.map(Datum.MapKey.int)
    case .strings(let strings): strings.map(Datum.MapKey.string)
    }
  }

  /// Returns the labels of classes by their numbers; −1 stands for none.
  func tensor(_ classes: [Int]) -> Tensor {
    switch self {
    case .ints(let ints):
      Tensor([classes.count], classes.map { ints.indices.contains($0) ? Int64(ints[$0]) : 0 })
    case .strings(let strings):
      Tensor(
        [classes.count],
        strings: classes.map { strings.indices.contains($0) ? strings[$0] : "" }
      )
    }
  }
}

/// The position of the largest score; the first of several.
func largest(_ scores: [Double]) -> Int {
  scores.indices.dropFirst().reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
}

/// The rows of a matrix of features; a tensor of rank 1 is one row.
func featureRows(_ x: Tensor) throws -> [[Double]] {
  let values = try x.doubles()
  let width = x.shape.dims.last ?? 1
  let count = x.shape.rank < 2 ? 1 : x.shape[0]
  guard width > 0 else { return [[Double]](repeating: [], count: count) }
  return (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }
}

/// The number of rows and columns of a matrix of features.
func featureShape(_ x: TensorType) throws(ShapeError) -> (rows: Int, columns: Int) {
  try x.requireReal()
  try x.requireRank(1...2)
  return x.shape.rank == 1 ? (1, x.shape[0]) : (x.shape[0], x.shape[1])
}
