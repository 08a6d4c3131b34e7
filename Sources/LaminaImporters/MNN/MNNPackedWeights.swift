import LaminaCore
import LaminaWire

/// Unpacks weights that are stored as few different codes.
///
///     dense    shape, the codes that occur, and for each weight the number of its code
///     sparse   shape, how many differ from zero, steps between them, the codes, their numbers
///
/// A shape is a count and lengths of 16 or 32 bits. Numbers take as few bits as they need, the
/// highest bit of a byte first. The codes count in ascending order; 256 are written as 0.
///
/// - Source: MNN, source/core/ConvolutionCommon.cpp, IDSTDecoder.
struct MNNPackedWeights {
  private let bytes: ByteView
  private var position = 0
  private let hasWideLengths: Bool

  /// Returns the codes of as many weights as the operator needs.
  ///
  /// - Parameters:
  ///   - bytes: What the file holds.
  ///   - isSparse: Which of the two forms it has.
  ///   - hasWideLengths: Whether lengths have 32 bits.
  ///   - fill: The code of weights that a sparse form leaves out, by output.
  ///   - count: The number of weights.
  /// - Returns: The codes.
  /// - Throws: ``WireError`` for bytes that end too soon, ``ImportError`` for another count.
  static func codes(
    _ bytes: ByteView,
    isSparse: Bool,
    hasWideLengths: Bool,
    fill: [Int8],
    count: Int
  ) throws -> [Int8] {
    var reader = MNNPackedWeights(bytes: bytes, hasWideLengths: hasWideLengths)
    let stated = try reader.shape()
    guard stated == count else {
      throw ImportError.invalid(
        place: "packed weights",
        expected: "\(count)",
        found: "\(stated)"
      )
    }
    return try isSparse ? reader.sparse(count, fill: fill) : reader.dense(count)
  }

  private init(bytes: ByteView, hasWideLengths: Bool) {
    self.bytes = bytes
    self.hasWideLengths = hasWideLengths
  }

  /// Returns the product of the lengths.
  private mutating func shape() throws -> Int {
    var product = 1
    for _ in 0..<(try byte()) {
      let length: Int
      if hasWideLengths {
        length = Int(try bytes.load(UInt32.self, at: position, "length of packed weights"))
        position += 4
      } else {
        length = Int(try bytes.load(UInt16.self, at: position, "length of packed weights"))
        position += 2
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: length)
      product = overflow ? -1 : next
    }
    return product
  }

  private mutating func byte() throws -> Int {
    defer { position += 1 }
    return Int(try bytes.load(UInt8.self, at: position, "packed weights"))
  }

  /// Reads a count, where 0 stands for 256, and as many codes, and sorts them.
  private mutating func samples() throws -> [Int8] {
    let stated = try byte()
    let count = stated == 0 ? 256 : stated
    let view = try bytes.slice(at: position, count: count, "codes of packed weights")
    position += count
    return view.bytes.map { Int8(bitPattern: $0) }.sorted()
  }

  /// Reads `count` numbers of `width` bits each.
  private mutating func numbers(_ count: Int, width: Int) throws -> [UInt8] {
    guard (1...8).contains(width) else {
      throw ImportError.invalid(
        place: "packed weights",
        expected: "1 to 8 bits",
        found: "\(width)"
      )
    }
    let (bits, overflow) = count.multipliedReportingOverflow(by: width)
    let size = overflow ? Int.max : bits / 8 + (bits % 8 == 0 ? 0 : 1)
    let view = try bytes.slice(at: position, count: size, "packed weights")
    position += size
    if width == 8 { return view.bytes }
    var result = [UInt8](repeating: 0, count: count)
    view.withUnsafeBytes { source in
      for index in 0..<count {
        let bit = index * width
        let high = UInt16(source[bit / 8]) << 8
        let low = bit / 8 + 1 < source.count ? UInt16(source[bit / 8 + 1]) : 0
        let shifted = (high | low) >> UInt16(16 - width - bit % 8)
        result[index] = UInt8(truncatingIfNeeded: shifted & (1 << UInt16(width) - 1))
      }
    }
    return result
  }

  /// The fewest bits that tell so many codes apart, at least one.
  private static func width(of count: Int) -> Int {
    max(Int.bitWidth - (count - 1).leadingZeroBitCount, 1)
  }

  private mutating func dense(_ count: Int) throws -> [Int8] {
    let samples = try samples()
    let numbers = try numbers(count, width: Self.width(of: samples.count))
    return try numbers.map { try sample(samples, $0) }
  }

  private mutating func sparse(_ count: Int, fill: [Int8]) throws -> [Int8] {
    let kept = Int(try bytes.load(UInt32.self, at: position, "number of kept weights"))
    position += 4
    guard kept <= count, count < 1 << 28 else {
      throw ImportError.invalid(
        place: "packed weights",
        expected: "at most \(min(count, 1 << 28))",
        found: "\(kept) of \(count)"
      )
    }
    let steps = try numbers(kept, width: byte())
    let samples = try samples()
    let numbers = try numbers(kept, width: Self.width(of: samples.count))
    let area = fill.isEmpty ? count : max(count / fill.count, 1)
    var result = (0..<count).map { fill.isEmpty ? 0 : fill[min($0 / area, fill.count - 1)] }
    var place = 0
    for index in 0..<kept {
      place += Int(steps[index])
      guard place < count else {
        throw ImportError.invalid(
          place: "packed weights",
          expected: "places below \(count)",
          found: "\(place)"
        )
      }
      result[place] = try sample(samples, numbers[index])
    }
    return result
  }

  private func sample(_ samples: [Int8], _ number: UInt8) throws -> Int8 {
    guard Int(number) < samples.count else {
      throw ImportError.invalid(
        place: "packed weights",
        expected: "a code below \(samples.count)",
        found: "\(number)"
      )
    }
    return samples[Int(number)]
  }
}
