import LaminaCore
import LaminaWire

/// The variables that a checkpoint holds: an index, and files with the values.
///
/// Values stay in the mapped files.
final class TFCheckpoint {
  private let file: ModelFile
  /// The part of the files' names that they share.
  private let stem: String
  private let shardCount: Int
  private let entries: [String: TFBundleEntryProto]
  private var shards: [Int: ByteView] = [:]

  /// The most files that one checkpoint may be spread over.
  private static let shardLimit = 100_000

  /// The names of all variables, in the index's order.
  let names: [String]

  /// Reads the index `stem.index` beside `file`.
  ///
  /// - Throws: ``ImportError`` when it is not there or damaged.
  convenience init(_ stem: String, beside file: ModelFile) throws(ImportError) {
    let place = "the variables"
    let index = try file.neighbour(named: stem + ".index", for: place)
    try self.init(index: index, stem: stem, beside: file)
  }

  init(index: ByteView, stem: String, beside file: ModelFile) throws(ImportError) {
    self.file = file
    self.stem = stem
    let table: TFBundleTable
    do { table = try TFBundleTable(index) } catch { throw .wire(error) }
    var entries: [String: TFBundleEntryProto] = [:]
    var names: [String] = []
    var header = TFBundleHeaderProto()
    for (key, value) in table.entries {
      if key.isEmpty {
        header = try TFMessage.plain(value)
      } else {
        entries[key] = try TFMessage.plain(value)
        names.append(key)
      }
    }
    guard header.endianness == .little, (1...Int32(Self.shardLimit)).contains(header.numShards)
    else {
      throw .invalid(
        place: "the checkpoint's header",
        expected: "little-endian values in 1 to \(Self.shardLimit) files",
        found: "\(header.endianness), \(header.numShards) files"
      )
    }
    self.entries = entries
    self.names = names
    shardCount = Int(header.numShards)
  }

  func has(_ name: String) -> Bool { entries[name] != nil }

  /// Returns a variable.
  ///
  /// - Throws: ``ImportError`` when its bytes are not where the index says.
  func tensor(_ name: String) throws(ImportError) -> Tensor? {
    guard let entry = entries[name] else { return nil }
    let place = "variable \"\(SafeText.clean(name))\""
    guard entry.slices.isEmpty else { throw .unsupported(place: place, found: "a parted variable") }
    guard let dtype = entry.dtype.dtype, dtype != .string else { return nil }
    let type = TensorType(dtype, try entry.shape.shape(place: place))
    let shard = try shard(Int(entry.shardID), place)
    do {
      let bytes = try shard.slice(
        at: Int(clamping: entry.offset),
        count: Int(clamping: entry.size),
        place
      )
      return try TFTensorReader.tensor(type, bytes, place)
    } catch let error as WireError {
      throw .wire(error)
    } catch let error as ImportError {
      throw error
    } catch { return nil }
  }

  private func shard(_ number: Int, _ place: String) throws(ImportError) -> ByteView {
    if let bytes = shards[number] { return bytes }
    let name = "\(stem).data-\(Self.digits(number))-of-\(Self.digits(shardCount))"
    let bytes = try file.neighbour(named: name, for: place)
    shards[number] = bytes
    return bytes
  }

  private static func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(5 - text.count, 0)) + text
  }
}
