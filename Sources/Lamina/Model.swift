import CLaminaModels
import LaminaCore
import LaminaImporters
import LaminaWire

/// A model file, opened: its structure is read and checked, its weights stay in the file.
///
///     let model = try Model(contentsOf: "mobilenet_v2.tflite")
///     let prepared = try model.prepare()
///     let scores = try prepared.run([NumericArray(shape: [1, 224, 224, 3], pixels)])[0]
public struct Model: Sendable {
  /// One input or output of a model.
  public struct Port: Sendable {
    /// The name in the file.
    public let name: String
    /// Lengths along the axes; `nil` for one that depends on data or is free.
    public let shape: [Int?]
    /// The element type by its NumPy name, such as "float32".
    public let elementType: String
  }

  /// Where the model came from; `nil` for one that was in memory.
  public let path: String?

  /// The file's name without its folder.
  public let name: String

  /// Bytes of the file, or of all files in the folder.
  public let fileByteCount: Int

  /// How long reading took.
  public let loadDuration: Duration

  /// The network as the file has it, with the types of all values inferred.
  package let graph: Graph

  /// What the graph's weights are a part of.
  private let file: ModelFile

  /// Opens a model file of any known format, recognised by its content.
  ///
  /// - Parameter path: the file, or the folder of a format that is one.
  /// - Throws: an error whose description names the file, the place in it, what was expected and
  ///   what was found.
  public init(contentsOf path: String) throws {
    let start = ContinuousClock.now
    let file: ModelFile
    do { file = try ModelFile(path: path) } catch {
      throw ImportError.file(path: path, format: nil, .wire(error))
    }
    try self.init(file, path: path, start: start)
  }

  /// Opens a model that is in memory.
  package init(name: String, bytes: ByteView) throws {
    try self.init(ModelFile(name: name, bytes: bytes), path: nil, start: .now)
  }

  private init(_ file: ModelFile, path: String?, start: ContinuousClock.Instant) throws {
    var opened = try ModelImporter.open(file)
    try opened.supplyPictureDecoder()
    graph = opened
    self.path = path
    self.file = file
    name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    fileByteCount = file.byteCount
    loadDuration = .now - start
  }

  /// Gives back the memory of weights that are in the file as well.
  func purgeFileMemory() { file.bytes.owner.purgeMemory() }

  /// The format with its version, such as "ONNX opset 12".
  public var format: String { graph.metadata.format }

  /// What the model takes, in order.
  public var inputs: [Port] { graph.inputs.map(port) }

  /// What the model gives, in order.
  public var outputs: [Port] { graph.outputs.map(port) }

  private func port(_ id: ValueID) -> Port {
    let type = graph[id].tensorType
    return Port(
      name: graph[id].name,
      shape: type.shape.dims.map { $0 < 0 ? nil : $0 },
      elementType: type.dtype.name
    )
  }

  /// Whether the file itself holds a quantized network, which runs in integers.
  package var usesFileIntegers: Bool { graph.isQuantized }
}

extension Model {
  /// Opens the digit classifier that travels inside the program.
  ///
  /// - Parameter name: its path in the folder Models.
  /// - Returns: the model.
  /// - Throws: an error when there is no such file.
  public static func bundled(_ name: String = "digits/digits.onnx") throws -> Model {
    guard let bytes = bundledFile(named: name) else {
      throw ImportError.invalid(
        place: "bundled models",
        expected: bundledFileNames.joined(separator: ", "),
        found: name
      )
    }
    return try Model(name: name, bytes: bytes)
  }

  /// The paths of all files that travel inside the program.
  package static var bundledFileNames: [String] {
    (0..<lamina_bundled_file_count()).map { String(cString: lamina_bundled_file_at($0).path) }
  }

  /// The bytes of a file that travels inside the program.
  package static func bundledFile(named name: String) -> ByteView? {
    for index in 0..<lamina_bundled_file_count() {
      let file = lamina_bundled_file_at(index)
      guard String(cString: file.path) == name else { continue }
      return ByteView(static: UnsafeRawBufferPointer(start: file.bytes, count: file.count))
    }
    return nil
  }
}
