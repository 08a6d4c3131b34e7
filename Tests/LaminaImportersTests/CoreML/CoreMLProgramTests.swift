import Foundation
import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// ML Programs in packages; expectations are worked out by hand.
@Suite struct CoreMLProgramTests {
  private typealias Model = CoreMLTestModel

  // MARK: Writing programs

  /// The type of a tensor (`ValueType`); codes are those of `MIL.proto`.
  private static func type(_ code: Int, _ lengths: [Int]) -> CoreMLMessage {
    let dimensions = lengths.reduce(CoreMLMessage()) {
      $0 <+> .message(3, .message(1, .int(1, $1)))
    }
    return .message(1, .int(1, code) <+> .int(2, lengths.count) <+> dimensions)
  }

  private static func named(_ field: Int, _ name: String, _ type: CoreMLMessage) -> CoreMLMessage {
    .message(field, .text(1, name), .message(2, type))
  }

  private static func value(_ type: CoreMLMessage, _ content: CoreMLMessage) -> CoreMLMessage {
    .message(2, type) <+> .message(3, .message(1, content))
  }

  private static func ints(_ values: [Int]) -> CoreMLMessage {
    value(type(23, [values.count]), .message(2, .ints(1, values)))
  }

  private static func text(_ text: String) -> CoreMLMessage {
    value(type(2, []), .message(4, .text(1, text)))
  }

  private static func blob(_ type: CoreMLMessage, _ name: String, _ offset: Int) -> CoreMLMessage {
    .message(2, type) <+> .message(5, .text(1, name), .int(2, offset))
  }

  private static func constant(_ name: String, _ value: CoreMLMessage) -> CoreMLMessage {
    let entry = CoreMLMessage.message(5, .text(1, "val"), .message(2, value))
    return .message(3, .text(1, "const"), named(3, name, CoreMLMessage()), entry)
  }

  /// An operation that reads names and inline values, and writes float32 of unknown shape.
  private static func operation(
    _ kind: String,
    _ inputs: [(String, String)],
    values: [(String, CoreMLMessage)] = [],
    to output: String,
    blocks: CoreMLMessage = CoreMLMessage()
  ) -> CoreMLMessage {
    var message = CoreMLMessage.text(1, kind)
    for (argument, name) in inputs {
      message =
        message
        <+> .message(2, .text(1, argument), .message(2, .message(1, .text(1, name))))
    }
    for (argument, value) in values {
      message =
        message
        <+> .message(2, .text(1, argument), .message(2, .message(1, .message(2, value))))
    }
    return .message(3, message <+> named(3, output, CoreMLMessage()) <+> blocks)
  }

  private static func program(
    _ operations: CoreMLMessage,
    from shape: [Int],
    to result: [Int]
  ) -> CoreMLMessage {
    let block = CoreMLMessage.text(2, "y") <+> operations
    let function =
      named(1, "x", type(11, shape)) <+> .text(2, "CoreML5")
      <+> .message(3, .text(1, "CoreML5"), .message(2, block))
    return Model.model(
      502,
      .int(1, 1) <+> .message(2, .text(1, "main"), .message(2, function)),
      inputs: [("x", .array(shape, .float32))],
      outputs: [("y", .array(result, .float32))],
      version: 6
    )
  }

  private static func run(
    _ operations: CoreMLMessage,
    _ shape: [Int],
    _ numbers: [Float],
    to result: [Int]
  ) throws -> [Float] {
    try Model.run(program(operations, from: shape, to: result), Shape(shape), numbers).floats()
  }

  /// A file of weights with one blob, at 64.
  private static func weights(_ code: UInt32, _ payload: [UInt8]) -> [UInt8] {
    func pad(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8](repeating: 0, count: 64 - bytes.count) }
    let header = pad(CoreMLMessage.littleEndian(UInt32(1)) + CoreMLMessage.littleEndian(UInt32(2)))
    let metadata =
      CoreMLMessage.littleEndian(UInt32(0xDEAD_BEEF)) + CoreMLMessage.littleEndian(code)
      + CoreMLMessage.littleEndian(UInt64(payload.count)) + CoreMLMessage.littleEndian(UInt64(128))
    return header + pad(metadata) + payload
  }

  // MARK: Operations

  @Test func operationsReadNamesAndValues() throws {
    let shape = Self.operation("reshape", [("x", "x"), ("shape", "s")], to: "r")
    let sum = Self.operation(
      "reduce_sum",
      [("x", "r")],
      values: [("axes", Self.ints([0]))],
      to: "y"
    )
    let operations = Self.constant("s", Self.ints([2, 2])) <+> shape <+> sum
    #expect(try Self.run(operations, [4], [1, 2, 3, 4], to: [2]) == [4, 6])
  }

  @Test func slicesFollowTheirMasks() throws {
    let mask = Self.value(Self.type(1, [2]), .message(3, .ints(1, [1, 0])))
    let cut = Self.operation(
      "slice_by_index",
      [("x", "x")],
      values: [
        ("begin", Self.ints([5, 1])), ("end", Self.ints([2, 0])), ("begin_mask", mask),
        ("squeeze_mask", Self.value(Self.type(1, [2]), .message(3, .ints(1, [0, 1])))),
      ],
      to: "y"
    )
    #expect(try Self.run(cut, [2, 2], [1, 2, 3, 4], to: [2]) == [2, 4])
  }

  @Test func weightsOfFewBitsAreSpread() throws {
    // Codes 1, 0, 3, 2 of two bits from the lowest up, in a table.
    let indices = Self.value(Self.type(31, [1]), .message(7, .bytes(1, [0b10_11_00_01])))
    let table = Self.value(Self.type(11, [4]), .message(1, .floats(1, [10, 20, 30, 40])))
    let lut = Self.operation(
      "constexpr_lut_to_dense",
      [],
      values: [("indices", indices), ("lut", table), ("shape", Self.ints([4]))],
      to: "w"
    )
    let sum = Self.operation("add", [("x", "x"), ("y", "w")], to: "y")
    #expect(try Self.run(lut <+> sum, [4], [1, 1, 1, 1], to: [4]) == [21, 11, 41, 31])
    // Marks 1, 0, 1, 0; the numbers stand where they are.
    let mask = Self.value(Self.type(31, [1]), .message(7, .bytes(1, [0b0101])))
    let data = Self.value(Self.type(11, [2]), .message(1, .floats(1, [7, 8])))
    let sparse = Self.operation(
      "constexpr_sparse_to_dense",
      [],
      values: [("nonzero_data", data), ("mask", mask), ("shape", Self.ints([4]))],
      to: "w"
    )
    #expect(try Self.run(sparse <+> sum, [4], [1, 1, 1, 1], to: [4]) == [8, 1, 9, 1])
    // Four bits with a sign, a scale for each half: 2 · (1, −1), 10 · (7, −8).
    let codes = Self.value(Self.type(25, [4]), .message(7, .bytes(1, [0xF1, 0x87])))
    let scales = Self.value(Self.type(11, [2]), .message(1, .floats(1, [2, 10])))
    let blocks = Self.operation(
      "constexpr_blockwise_shift_scale",
      [],
      values: [("data", codes), ("scale", scales)],
      to: "w"
    )
    #expect(try Self.run(blocks <+> sum, [4], [0, 0, 0, 0], to: [4]) == [2, -2, 70, -80])
  }

  @Test func branchesAndLoopsRun() throws {
    func block(_ inputs: CoreMLMessage, _ output: String, _ content: CoreMLMessage) -> CoreMLMessage
    {
      .message(4, inputs <+> .text(2, output) <+> content)
    }
    let zero = Self.value(Self.type(11, []), .message(1, .floats(1, [0])))
    let two = Self.value(Self.type(11, []), .message(1, .floats(1, [2])))
    let limit = Self.value(Self.type(11, []), .message(1, .floats(1, [50])))
    let sum = Self.operation("reduce_sum", [("x", "x")], to: "s")
    let test = Self.operation("greater", [("x", "s")], values: [("y", zero)], to: "c")
    let yes = block(
      CoreMLMessage(),
      "t",
      Self.operation("mul", [("x", "x")], values: [("y", two)], to: "t")
    )
    let no = block(
      CoreMLMessage(),
      "f",
      Self.operation("sub", [("x", "x")], values: [("y", two)], to: "f")
    )
    let branch = Self.operation("cond", [("pred", "c")], to: "b", blocks: yes <+> no)
    let entry = Self.named(1, "v", Self.type(11, [2]))
    let condition = block(
      entry,
      "k",
      Self.operation("reduce_max", [("x", "v")], to: "m")
        <+> Self.operation("less", [("x", "m")], values: [("y", limit)], to: "k")
    )
    let body = block(
      entry,
      "n",
      Self.operation("add", [("x", "v"), ("y", "x")], to: "a")
        <+> Self.operation("mul", [("x", "a")], values: [("y", two)], to: "n")
    )
    let loop = Self.operation(
      "while_loop",
      [("loop_vars", "b")],
      to: "y",
      blocks: condition <+> body
    )
    let operations = sum <+> test <+> branch <+> loop
    // (1, 3) doubled is (2, 6); then v = 2 · (v + x): (6, 18), (14, 42), (30, 90).
    #expect(try Self.run(operations, [2], [1, 3], to: [2]) == [30, 90])
    // (−1, 0) less 2 is (−3, −2), and 2 · (v + x) never grows.
    let once = sum <+> test <+> Self.operation("cond", [("pred", "c")], to: "y", blocks: yes <+> no)
    #expect(try Self.run(once, [2], [-1, 0], to: [2]) == [-3, -2])
  }

  @Test func unknownOperationsAreNamed() throws {
    let strange = Self.operation("teleport", [("x", "x")], to: "y")
    let graph = try Model.open(Self.program(strange, from: [2], to: [2]))
    #expect(graph.unsupportedOperators == ["teleport"])
  }

  // MARK: Packages

  /// Writes a package with a program that adds weights, and calls `body` with its path.
  private func withPackage(
    path: String = "com.apple.CoreML/model.mlmodel",
    blob: String = "@model_path/weights/weight.bin",
    offset: Int = 64,
    _ body: (String) throws -> Void
  ) throws {
    let folder = NSTemporaryDirectory() + "/lamina-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let package = folder + "/m.mlpackage"
    let inner = package + "/Data/com.apple.CoreML"
    try FileManager.default.createDirectory(
      atPath: inner + "/weights",
      withIntermediateDirectories: true
    )
    func write(_ bytes: [UInt8], _ path: String) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
    let manifest =
      #"{"rootModelIdentifier": "R", "itemInfoEntries": {"R": {"path": "\#(path)"}}}"#
    try write(Array(manifest.utf8), package + "/Manifest.json")
    let w = Self.constant("w", Self.blob(Self.type(10, [2]), blob, offset))
    let wide = Self.operation("cast", [("x", "w")], values: [("dtype", Self.text("fp32"))], to: "v")
    let sum = Self.operation("add", [("x", "x"), ("y", "v")], to: "y")
    let model = Self.program(w <+> wide <+> sum, from: [2], to: [2])
    try write(model.bytes, inner + "/model.mlmodel")
    let halves = [Float16(0.5), -2].flatMap { CoreMLMessage.littleEndian($0.bitPattern) }
    let weights = Self.weights(1, halves)
    try write(weights, inner + "/weights/weight.bin")
    try write(weights, folder + "/secret.bin")
    try body(package)
  }

  @Test func aPackageOpensAsAFolderOrByItsModel() throws {
    try withPackage { package in
      for path in [package, package + "/Data/com.apple.CoreML/model.mlmodel"] {
        let graph = try ModelImporter.open(path: path)
        let y = try graph.evaluate([.tensor(Tensor([2], [1, 1] as [Float]))])
        #expect(try y[0].tensor.floats() == [1.5, -1])
      }
    }
  }

  @Test(
    arguments: [
      "../../secret.bin", "/etc/passwd", "", "missing", ".", "com.apple.CoreML",
      "com.apple.CoreML/../../../../etc/passwd",
    ]
  )
  func manifestsThatLeadElsewhereAreRefused(_ path: String) throws {
    try withPackage(path: path) { package in
      #expect(throws: ImportError.self) { try ModelImporter.open(path: package) }
    }
  }

  @Test(
    arguments: [
      ("@model_path/../../../secret.bin", 64), ("/etc/passwd", 64),
      ("@model_path/weights/weight.bin", 0), ("@model_path/weights/weight.bin", 1 << 40),
      ("@model_path/weights/weight.bin", -64), ("@model_path/weights", 64),
    ]
  )
  func weightsThatLieElsewhereAreRefused(_ blob: String, _ offset: Int) throws {
    try withPackage(blob: blob, offset: offset) { package in
      #expect(throws: ImportError.self) { try ModelImporter.open(path: package) }
    }
  }
}
