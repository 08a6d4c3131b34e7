import LaminaCore
import LaminaWire

/// The weights of a TensorFlow.js model: a list of groups, each with its files and what is in them.
///
/// The files of a group follow one another without gaps, and so do the weights:
///
///     value = code · scale + min      where codes of 8 or 16 bits are stored
struct TFJSManifest {
  /// A weight and where its elements are.
  struct Weight {
    var name: String
    var type: TensorType
    var stored: DataType
    var scale: Double
    var minimum: Double
    var group: Int
    var offset: Int
  }

  private(set) var weights: [Weight] = []
  private let groups: [ByteView]

  private static let weightLimit = 1_000_000
  private static let fileLimit = 10_000

  /// Reads a manifest and maps the files that it names, which lie beside the model.
  ///
  /// - Throws: ``ImportError`` when a file is not there or too short, or lies elsewhere.
  init(_ json: JSONValue, beside file: ModelFile) throws(ImportError) {
    var groups: [ByteView] = []
    for (index, group) in json.elements.enumerated() {
      let bytes = try Self.bytes(of: group, index, beside: file)
      groups.append(bytes)
      var offset = 0
      for item in group["weights"]?.elements ?? [] {
        let weight = try Self.weight(item, group: index, offset: offset)
        let (end, overflow) = offset.addingReportingOverflow(try Self.byteCount(weight))
        guard !overflow, end <= bytes.count else {
          throw .invalid(
            place: "weight \"\(weight.name)\"",
            expected: "\(end) bytes in the group's files",
            found: "\(bytes.count)"
          )
        }
        offset = end
        weights.append(weight)
        guard weights.count <= Self.weightLimit else {
          throw .overLimit(place: "the weights of the model", limit: Self.weightLimit)
        }
      }
    }
    self.groups = groups
  }

  private static func bytes(
    of group: JSONValue,
    _ index: Int,
    beside file: ModelFile
  ) throws(ImportError) -> ByteView {
    let paths = group["paths"]?.elements.compactMap(\.string) ?? []
    guard paths.count <= fileLimit else {
      throw .overLimit(place: "the files of weight group \(index)", limit: fileLimit)
    }
    var parts: [ByteView] = []
    for path in paths {
      parts.append(try file.neighbour(named: path, for: "weight group \(index)"))
    }
    if parts.count == 1 { return parts[0] }
    return ByteView(parts.flatMap(\.bytes))
  }

  private static func weight(
    _ json: JSONValue,
    group: Int,
    offset: Int
  ) throws(ImportError) -> Weight {
    let name = SafeText.clean(json["name"]?.string ?? "")
    let place = "weight \"\(name)\""
    guard let dtype = KerasTypes.dtype(json["dtype"]?.string ?? ""), dtype != .string else {
      let found = SafeText.clean(json["dtype"]?.string ?? "none", limit: 40)
      throw .unsupported(place: place, found: "elements of type \(found)")
    }
    let lengths = json["shape"]?.elements ?? []
    let dims = lengths.compactMap(\.integer).filter { $0 >= 0 }
    guard dims.count == lengths.count, dims.count <= 32 else {
      throw .invalid(place: place, expected: "lengths of zero or more", found: "others")
    }
    var weight = Weight(
      name: json["name"]?.string ?? "",
      type: TensorType(dtype, Shape(dims)),
      stored: dtype,
      scale: 1,
      minimum: 0,
      group: group,
      offset: offset
    )
    if let quantization = json["quantization"] {
      let stored = quantization["dtype"]?.string ?? ""
      guard let type = KerasTypes.dtype(stored), [.uint8, .uint16, .float16].contains(type) else {
        throw .unsupported(place: place, found: "codes of type \(SafeText.clean(stored))")
      }
      weight.stored = type
      weight.scale = quantization["scale"]?.number ?? 1
      weight.minimum = quantization["min"]?.number ?? 0
    }
    return weight
  }

  private static func byteCount(_ weight: Weight) throws(ImportError) -> Int {
    guard let count = TensorType(weight.stored, weight.type.shape).byteCount else {
      throw .invalid(
        place: "weight \"\(SafeText.clean(weight.name))\"",
        expected: "a size that fits in memory",
        found: "\(weight.type.shape)"
      )
    }
    return count
  }

  /// Returns the elements of a weight; codes are turned into what they stand for.
  ///
  /// - Throws: ``ImportError`` when the bytes do not suit the shape.
  func tensor(_ weight: Weight) throws(ImportError) -> Tensor {
    let place = "weight \"\(SafeText.clean(weight.name))\""
    let stored = TensorType(weight.stored, weight.type.shape)
    let bytes: ByteView
    do {
      let count = try Self.byteCount(weight)
      bytes = try groups[weight.group].slice(at: weight.offset, count: count, place)
    } catch let error as WireError {
      throw .wire(error)
    } catch let error as ImportError {
      throw error
    } catch { throw .invalid(place: place, expected: "bytes", found: "\(error)") }
    let tensor = try TFTensorReader.tensor(stored, bytes, place)
    guard weight.stored != weight.type.dtype else { return tensor }
    do {
      if weight.stored == .float16 { return try tensor.cast(to: weight.type.dtype) }
      let values = try tensor.doubles().map { $0 * weight.scale + weight.minimum }
      return try Tensor(weight.type.dtype, tensor.shape, rounding: values)
    } catch { throw .invalid(place: place, expected: "numbers", found: "\(error)") }
  }
}

/// The constants of a graph by the names of its nodes.
final class TFJSConstants: TFVariables {
  private let manifest: TFJSManifest
  private let positions: [String: Int]

  init(_ manifest: TFJSManifest) {
    self.manifest = manifest
    positions = Dictionary(
      manifest.weights.indices.map { (manifest.weights[$0].name, $0) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  func tensor(of variable: String) throws(ImportError) -> Tensor? {
    guard let position = positions[variable] else { return nil }
    return try manifest.tensor(manifest.weights[position])
  }
}
