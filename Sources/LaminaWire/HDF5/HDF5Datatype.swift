/// What one element of an HDF5 dataset or attribute is.
package enum HDF5Datatype: Equatable, Sendable {
  case signed(size: Int)
  case unsigned(size: Int)
  case float(size: Int)
  /// A text of a fixed number of bytes.
  case text(size: Int)
  /// A text of any length, which lies in a heap.
  case freeText
  /// Truth values, as an enumeration of bytes.
  case bool
  /// Something else of so many bytes.
  case other(size: Int)

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .signed(let size), .unsigned(let size), .float(let size), .text(let size),
      .other(let size):
      size
    case .freeText: 16
    case .bool: 1
    }
  }

  /// Reads a datatype; numbers that are not little-endian count as something else.
  init(_ cursor: inout HDF5Cursor) throws(WireError) {
    let head = try cursor.byte()
    let bits = try cursor.number(size: 3)
    let size = try cursor.number(UInt32.self)
    let isLittle = bits & 1 == 0
    switch head & 15 {
    case 0 where isLittle && [1, 2, 4, 8].contains(size):
      self = bits & 8 != 0 ? .signed(size: size) : .unsigned(size: size)
    case 1 where isLittle && bits & 0x40 == 0 && [2, 4, 8].contains(size):
      self = .float(size: size)
    case 3: self = .text(size: size)
    case 8 where size == 1: self = .bool
    case 9 where bits & 15 == 1 && size == 16: self = .freeText
    default: self = .other(size: size)
    }
  }
}

/// The shape of a dataset or attribute.
struct HDF5Dataspace {
  var lengths: [Int] = []
  /// Whether there are no elements at all, not even one.
  var isNull = false

  /// The number of elements; `nil` when it overflows.
  var count: Int? {
    if isNull { return 0 }
    return lengths.reduce(1 as Int?) { product, length in
      guard let product else { return nil }
      let (result, overflow) = product.multipliedReportingOverflow(by: length)
      return overflow ? nil : result
    }
  }

  init(_ cursor: inout HDF5Cursor) throws(WireError) {
    let version = try cursor.byte()
    let rank = try cursor.byte()
    _ = try cursor.byte()
    if version == 1 {
      try cursor.skip(5)
    } else {
      isNull = try cursor.byte() == 2
    }
    guard rank <= 32 else {
      throw .overLimit(what: "axes of a dataset", offset: cursor.bytes.fileOffset, limit: 32)
    }
    for _ in 0..<rank { lengths.append(try cursor.length()) }
  }
}
