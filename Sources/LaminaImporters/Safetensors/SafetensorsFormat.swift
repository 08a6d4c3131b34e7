import LaminaCore
import LaminaWire

/// Safetensors: the length of a header, the header as JSON, and the elements of all tensors.
///
/// - Source: the format's description at huggingface/safetensors.
package enum SafetensorsFormat: ModelFormat {
  package static let name = "Safetensors"
  package static let files = "*.safetensors"

  /// The longest header, as the format's own reader has it.
  private static let headerLimit = 100_000_000
  private static let rankLimit = 64

  private static let types: [String: DataType] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16,
    "I64": .int64, "I32": .int32, "I16": .int16, "I8": .int8,
    "U64": .uint64, "U32": .uint32, "U16": .uint16, "U8": .uint8, "BOOL": .bool,
    "F8_E4M3": .float8e4m3fn, "F8_E5M2": .float8e5m2, "F8_E8M0": .float8e8m0,
    "C64": .complex64,
  ]

  package static func recognizes(_ file: ModelFile) -> Bool {
    guard let length = try? file.bytes.load(UInt64.self, at: 0, "header"),
      length >= 2, length <= UInt64(headerLimit), length <= UInt64(max(0, file.bytes.count - 8))
    else { return false }
    return file.bytes.has("{\"", at: 8) || length == 2 && file.bytes.has("{}", at: 8)
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    let text: ByteView
    let data: ByteView
    do throws(WireError) {
      let length = Int(clamping: try file.bytes.load(UInt64.self, at: 0, "length of the header"))
      guard length <= headerLimit else {
        throw .overLimit(what: "the header", offset: 0, limit: headerLimit)
      }
      text = try file.bytes.slice(at: 8, count: length, "header")
      data = try file.bytes.suffix(from: 8 + length, "elements")
    } catch { throw .wire(error) }
    let header: JSONValue
    do { header = try JSONReader.read(text.bytes) } catch {
      throw .invalid(place: "the header", expected: "a JSON object", found: "\(error)")
    }
    guard case .object(let entries) = header else {
      throw .invalid(place: "the header", expected: "a JSON object", found: "something else")
    }
    var weights = WeightsGraph(name: "tensors", format: name)
    for entry in entries {
      guard entry.key == "__metadata__" else {
        try add(entry.key, entry.value, data, to: &weights)
        continue
      }
      guard case .object(let properties) = entry.value else { continue }
      for property in properties {
        weights.addProperty(property.key, property.value.string ?? "")
      }
    }
    return weights.graph
  }

  private static func add(
    _ name: String,
    _ entry: JSONValue,
    _ data: ByteView,
    to weights: inout WeightsGraph
  ) throws(ImportError) {
    let place = "tensor \"\(SafeText.clean(name))\""
    let offsets = entry["data_offsets"]?.elements.compactMap(\.integer) ?? []
    guard let code = entry["dtype"]?.string, case .array(let lengths)? = entry["shape"],
      offsets.count == 2
    else {
      throw .invalid(place: place, expected: "dtype, shape and data_offsets", found: "others")
    }
    guard let dtype = types[code] else {
      throw .unsupported(place: "\(place), element type", found: SafeText.clean(code, limit: 40))
    }
    let dims = lengths.compactMap(\.integer)
    guard dims.count == lengths.count, dims.count <= rankLimit, dims.allSatisfy({ $0 >= 0 }),
      offsets[0] >= 0, offsets[0] <= offsets[1]
    else { throw .invalid(place: place, expected: "lengths and offsets from 0", found: "others") }
    let bytes: ByteView
    do {
      bytes = try data.slice(at: offsets[0], count: offsets[1] - offsets[0], place)
    } catch { throw .wire(error) }
    try weights.add(name, TensorType(dtype, Shape(dims)), bytes)
  }
}
