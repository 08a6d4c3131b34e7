import LaminaWire

/// Reads one tensor of a graph.
enum TFLiteTensorReader {
  /// The most axes of a tensor; TensorFlow itself stops at 8.
  private static let rankLimit = 64

  static func read(_ table: FlatTable, number: Int, bufferCount: Int) throws -> TFLiteTensor {
    let name = try table.string(3) ?? ""
    let place = "tensor \(number) \(name)"
    let shape = try table.ints(0) ?? []
    guard shape.count <= rankLimit else {
      throw ImportError.overLimit(place: "\(place), number of axes", limit: rankLimit)
    }
    let signature = try table.ints(7)
    for length in shape where length < 0 {
      throw ImportError.invalid(place: place, expected: "lengths from 0", found: "\(length)")
    }
    let code = try table.byte(1)
    guard let type = TFLiteTensorType(rawValue: code) else {
      throw ImportError.unsupported(place: "\(place), element type", found: "number \(code)")
    }
    let buffer = Int(try table.integer(2, default: UInt32(0)))
    guard buffer < max(bufferCount, 1) else {
      throw ImportError.invalid(
        place: place,
        expected: "a buffer below \(bufferCount)",
        found: "buffer \(buffer)"
      )
    }
    return TFLiteTensor(
      name: name,
      shape: shape,
      shapeSignature: signature.flatMap { $0.count == shape.count ? $0 : nil },
      type: type,
      buffer: buffer,
      quantization: try quantization(table, shape: shape, place: place),
      isVariable: try table.bool(5),
      hasRank: try table.bool(8),
      sparsity: try table.table(6, "sparsity of \(place)").map { try sparsity($0) },
      isExternal: try table.integer(10, default: UInt32(0)) != 0
    )
  }

  /// Refuses what LiteRT refuses: lists of different lengths, and an axis that is not there.
  private static func quantization(
    _ table: FlatTable,
    shape: [Int],
    place: String
  ) throws -> TFLiteQuantization? {
    guard let parameters = try table.table(4, "quantization of \(place)"),
      let scales = try parameters.floats(2), !scales.isEmpty
    else { return nil }
    let zeroPoints = try parameters.integers(3, of: Int64.self)?.map { Int($0) } ?? []
    let axis = try parameters.int(6)
    func refuse(_ expected: String, _ found: String) -> ImportError {
      .invalid(place: "quantization of \(place)", expected: expected, found: found)
    }
    guard zeroPoints.count == scales.count else {
      throw refuse("\(scales.count) zero points for as many scales", "\(zeroPoints.count)")
    }
    guard axis >= 0, shape.isEmpty || axis < shape.count else {
      throw refuse("an axis below \(shape.count)", "axis \(axis)")
    }
    guard scales.count == 1 || shape.isEmpty || scales.count == shape[axis] else {
      throw refuse("1 or \(shape[axis]) scales", "\(scales.count)")
    }
    guard scales.allSatisfy({ $0.isFinite && $0 >= 0 }),
      zeroPoints.allSatisfy({ Int32(exactly: $0) != nil })
    else { throw refuse("finite scales from 0 and 32-bit zero points", "others") }
    return TFLiteQuantization(scales: scales, zeroPoints: zeroPoints, axis: axis)
  }

  private static func sparsity(_ table: FlatTable) throws -> TFLiteSparsity {
    TFLiteSparsity(
      traversalOrder: try table.ints(0) ?? [],
      blockMap: try table.ints(1) ?? [],
      axes: try table.tables(2, "axis of the \(table.what)").map { axis in
        guard try axis.byte(0) == 1 else { return .dense(try axis.int(1)) }
        return .compressed(
          segments: try indexList(axis, 2),
          indices: try indexList(axis, 4)
        )
      }
    )
  }

  /// Reads a union of lists of 32-, 16- and 8-bit numbers at `field`.
  private static func indexList(_ table: FlatTable, _ field: Int) throws -> [Int] {
    guard let list = try table.table(field + 1, "indices of the \(table.what)") else { return [] }
    switch try table.integer(field, default: UInt8(0)) {
    case 1: return try list.ints(0) ?? []
    case 2: return try list.integers(0, of: UInt16.self)?.map { Int($0) } ?? []
    case 3: return try list.integers(0, of: UInt8.self)?.map { Int($0) } ?? []
    default: return []
    }
  }
}
