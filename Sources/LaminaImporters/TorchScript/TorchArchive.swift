import LaminaCore
import LaminaWire

/// The zip archive of a model: pickles, tensors and code, all below one folder.
final class TorchArchive {
  private let zip: ZipArchive
  private let entries: [String: ZipArchive.Entry]
  /// The folder within the archive, with a slash behind it.
  private let folder: String
  private var unpackedByteCount = 0
  private var files: [String: TorchCodeFile] = [:]
  private var views: [String: ByteView] = [:]

  /// The most bytes that all compressed files of an archive come to.
  static let unpackedLimit = 1 << 31
  /// The longest file of code.
  static let codeLimit = 1 << 26

  /// The folder's name, which is the model's.
  var name: String { String(folder.dropLast()) }

  /// Whether there is code beside the tensors.
  var hasCode: Bool { entries.keys.contains { $0.hasPrefix(folder + "code/") } }

  /// Returns the archive in `bytes`, or `nil` when they hold none of this kind.
  ///
  /// - Throws: ``WireError`` when there is an archive but its directory is damaged.
  init?(_ bytes: ByteView) throws(WireError) {
    guard let zip = try ZipArchive(bytes),
      let pickle = zip.entries.first(where: { Self.isDataPickle($0.name) })
    else { return nil }
    self.zip = zip
    folder = String(pickle.name.dropLast("data.pkl".count))
    entries = Dictionary(zip.entries.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
  }

  private static func isDataPickle(_ name: String) -> Bool {
    name == "data.pkl" || name.hasSuffix("/data.pkl") && name.split(separator: "/").count == 2
  }

  /// Returns the contents of a file of the archive, or `nil` when it is not there.
  ///
  /// - Throws: ``ImportError`` when it is damaged or too large.
  func contents(_ name: String, limit: Int = TorchArchive.unpackedLimit) throws(ImportError)
    -> ByteView?
  {
    if let view = views[name] { return view }
    guard let entry = entries[folder + name] else { return nil }
    if !entry.isStored {
      unpackedByteCount += min(entry.size, Self.unpackedLimit)
      guard unpackedByteCount <= Self.unpackedLimit else {
        throw .overLimit(place: "unpacked bytes of the archive", limit: Self.unpackedLimit)
      }
    }
    do {
      let view = try zip.contents(of: entry, limit: limit)
      views[name] = view
      return view
    } catch { throw .wire(error) }
  }
}

// MARK: - Code

extension TorchArchive {
  /// Returns the class of that qualified name, or `nil` when the file has no code of it.
  func type(named name: String) throws(ImportError) -> TorchClass? {
    let parts = Self.split(name)
    return try file(parts.module)?.classes[parts.name]
  }

  /// Returns the function of that qualified name, or `nil` when the file has no code of it.
  func function(named name: String) throws(ImportError) -> TorchFunction? {
    let parts = Self.split(name)
    return try file(parts.module)?.functions[parts.name]
  }

  private static func split(_ name: String) -> (module: String, name: String) {
    guard let dot = name.lastIndex(of: ".") else { return ("", name) }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }

  private func file(_ module: String) throws(ImportError) -> TorchCodeFile? {
    if let file = files[module] { return file }
    let name = "code/" + module.split(separator: ".").joined(separator: "/") + ".py"
    guard let view = try contents(name, limit: Self.codeLimit) else { return nil }
    let file = try TorchParser.parse(view.bytes, file: SafeText.clean(name))
    files[module] = file
    return file
  }
}

// MARK: - Pickles

extension TorchArchive {
  /// The functions that may be named: all of them make tensors and containers.
  private static let functions: Set<PickleName> = [
    PickleName("collections", "OrderedDict"),
    PickleName("torch", "device"),
    PickleName("torch", "Size"),
    PickleName("torch", "per_tensor_affine"),
    PickleName("torch", "per_channel_affine"),
    PickleName("torch", "per_channel_affine_float_qparams"),
    PickleName("torch._utils", "_rebuild_tensor"),
    PickleName("torch._utils", "_rebuild_tensor_v2"),
    PickleName("torch._utils", "_rebuild_parameter"),
    PickleName("torch._utils", "_rebuild_qtensor"),
    PickleName("torch.jit._pickle", "build_boollist"),
    PickleName("torch.jit._pickle", "build_doublelist"),
    PickleName("torch.jit._pickle", "build_intlist"),
    PickleName("torch.jit._pickle", "build_tensor_from_id"),
    PickleName("torch.jit._pickle", "build_tensorlist"),
    PickleName("torch.jit._pickle", "restore_type_tag"),
  ]

  /// Whether a pickle may name it: a function of the list, a kind of storage, or a class whose code
  /// is in the same file.
  static func allows(_ name: PickleName) -> Bool {
    functions.contains(name) || name.module == "__torch__" || name.module.hasPrefix("__torch__.")
      || name.module == "torch" && TorchScalarType.dtype(ofStorage: name.name) != nil
  }

  /// Reads the pickle of that name, or returns `nil` when it is not there.
  ///
  /// - Throws: ``ImportError`` when it is damaged or names what it must not.
  func pickle(_ name: String) throws(ImportError) -> PickleValue? {
    guard let view = try contents(name) else { return nil }
    do { return try PickleReader.read(view, allowing: Self.allows) } catch { throw .wire(error) }
  }
}
