import LaminaCore
import LaminaWire

/// The weights of an MDL network.
///
///     size of the file, version, number of matrices      int32 each
///     number of elements of each matrix                  int32
///     least and greatest element of each matrix          float32, in quantized files only
///     name of each matrix                                30 bytes
///     elements, matrix after matrix                      float32, or a byte for each
///
/// A byte stands for byte · (greatest − least) / 255 + least.
///
/// - Source: mobile-deep-learning, src/loader/loader.cpp, tools/caffe2mdl.cpp.
struct MDLWeights {
  /// Where a matrix lies and what its bytes stand for; no range where it holds floats.
  private struct Matrix {
    let place: Int
    let count: Int
    let range: (least: Float, greatest: Float)?
  }

  private let bytes: ByteView
  private var matrices: [String: Matrix] = [:]

  private static let nameSize = 30
  private static let matrixLimit = 1 << 16

  /// Whether elements are bytes.
  private(set) var isQuantized = false

  init(_ bytes: ByteView) throws(ImportError) {
    self.bytes = bytes
    do { try readDirectory() } catch { throw .wire(error) }
  }

  /// Returns the number of elements of each matrix.
  private func sizes() throws(WireError) -> [Int] {
    let stated = Int(try bytes.load(Int32.self, at: 0, "size of the file"))
    guard stated == bytes.count else {
      throw .invalid(
        what: "size of the file",
        offset: 0,
        expected: "\(bytes.count)",
        found: "\(stated)"
      )
    }
    let count = Int(try bytes.load(Int32.self, at: 8, "number of matrices"))
    guard count > 0, count <= Self.matrixLimit else {
      throw .invalid(
        what: "number of matrices",
        offset: 8,
        expected: "1 to \(Self.matrixLimit)",
        found: "\(count)"
      )
    }
    var sizes: [Int] = []
    for index in 0..<count {
      sizes.append(Int(try bytes.load(UInt32.self, at: 12 + 4 * index, "size of matrix \(index)")))
    }
    return sizes
  }

  private mutating func readDirectory() throws(WireError) {
    let sizes = try sizes()
    let count = sizes.count
    let total = sizes.reduce(0, &+)
    let ranges = 12 + 4 * count
    let names = count * Self.nameSize
    isQuantized = bytes.count - ranges - 8 * count - names == total
    let nameStart = isQuantized ? ranges + 8 * count : ranges
    var place = nameStart + names
    for (index, size) in sizes.enumerated() {
      let name = try bytes.slice(
        at: nameStart + index * Self.nameSize,
        count: Self.nameSize,
        "name of matrix \(index)"
      )
      let text = String(decoding: name.bytes.prefix { $0 != 0 }, as: UTF8.self)
      let range = isQuantized ? try range(at: ranges + 8 * index, index) : nil
      matrices[SafeText.clean(text)] = Matrix(place: place, count: size, range: range)
      place = place &+ size &* (isQuantized ? 1 : 4)
    }
  }

  private func range(
    at place: Int,
    _ index: Int
  ) throws(WireError) -> (least: Float, greatest: Float) {
    let least = try bytes.load(UInt32.self, at: place, "range of matrix \(index)")
    let greatest = try bytes.load(UInt32.self, at: place + 4, "range of matrix \(index)")
    return (Float(bitPattern: least), Float(bitPattern: greatest))
  }

  /// Returns a matrix in a shape; `nil` when there is none of that name.
  func tensor(_ name: String, _ shape: Shape) throws -> Tensor? {
    guard let matrix = matrices[name] else { return nil }
    guard shape.elementCount == matrix.count else {
      throw ImportError.invalid(
        place: "matrix \(name)",
        expected: "\(matrix.count) elements",
        found: "the shape \(shape)"
      )
    }
    guard let range = matrix.range else {
      let view = try bytes.slice(at: matrix.place, elements: matrix.count, of: 4, "matrix \(name)")
      return try Tensor(
        TensorType(.float32, shape),
        storage: TensorStorage(borrowing: view.start, byteCount: view.count, owner: view.owner)
      )
    }
    let view = try bytes.slice(at: matrix.place, count: matrix.count, "matrix \(name)")
    let step = Float(Double(range.greatest - range.least) / 255)
    return try Tensor.build(shape, of: Float.self) { target in
      view.withUnsafeBytes { source in
        for index in target.indices { target[index] = Float(source[index]) * step + range.least }
      }
    }
  }

  /// Whether the file brings an input to try the network with.
  func hasSample(of input: String) -> Bool { matrices[input] != nil }
}
