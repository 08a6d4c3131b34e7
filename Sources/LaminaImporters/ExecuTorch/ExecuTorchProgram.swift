import LaminaCore
import LaminaWire

/// A program as its file has it: values, operators by name, and calls of these in order.
///
/// - Source: ExecuTorch's `schema/program.fbs`.
struct ExecuTorchProgram {
  /// A value that instructions refer to by its number.
  enum Value {
    case none
    case int(Int)
    case bool(Bool)
    case double(Double)
    case string(String)
    case tensor(TensorType, data: ByteView?)
    /// Numbers of other values.
    case list([Int])
    case doubles([Double])
    case bools([Bool])
  }

  /// One instruction of the program.
  enum Instruction {
    case kernel(operation: Int, arguments: [Int])
    case delegate(Int, arguments: [Int])
    case other(String)
  }

  var name: String
  var values: [Value]
  var inputs: [Int]
  var outputs: [Int]
  var operators: [String]
  /// What is left to other software, by its identifier.
  var delegates: [String]
  var instructions: [Instruction]

  static let identifier: StaticString = "ET12"
  private static let rankLimit = 64
  private static let types: [DataType?] = [
    .uint8, .int8, .int16, .int32, .int64, .float16, .float32, .float64, nil, .complex64,
    .complex128, .bool, .int8, .uint8, .int32, .bfloat16,
  ]
}

// MARK: - Reading

extension ExecuTorchProgram {
  /// Reads the first plan of a file.
  ///
  /// - Throws: ``WireError`` or ``ImportError``.
  init(_ bytes: ByteView) throws {
    let root = try FlatBuffer(bytes).root("program")
    guard let plan = try root.tables(1, "plan").first else {
      throw ImportError.invalid(place: "the program", expected: "a plan", found: "none")
    }
    name = try plan.string(0) ?? "forward"
    inputs = try plan.ints(3) ?? []
    outputs = try plan.ints(4) ?? []
    operators = try plan.tables(6, "operator").map { table in
      let overload = try table.string(1) ?? ""
      return (try table.string(0) ?? "") + (overload.isEmpty ? "" : ".\(overload)")
    }
    delegates = try plan.tables(7, "delegate").map { try $0.string(0) ?? "" }
    let data = try ExecuTorchData(bytes, root)
    values = try plan.tables(2, "value").map { try Self.value($0, data) }
    instructions = try plan.tables(5, "chain").flatMap { chain in
      try chain.tables(2, "instruction").map { try Self.instruction($0) }
    }
    let count = values.count
    for index in inputs + outputs + instructions.flatMap(\.arguments)
    where !(0..<count).contains(index) {
      throw ImportError.invalid(
        place: "the plan",
        expected: "values below \(count)",
        found: "\(index)"
      )
    }
  }

  private static func instruction(_ table: FlatTable) throws -> Instruction {
    let kind = try table.byte(0)
    guard let call = try table.table(1, "call") else { return .other("kind \(kind)") }
    switch kind {
    case 1: return .kernel(operation: try call.int(0), arguments: try call.ints(1) ?? [])
    case 2: return .delegate(try call.int(0), arguments: try call.ints(1) ?? [])
    case 3: return .other("executorch_prim::move")
    case 4: return .other("executorch_prim::jump")
    case 5: return .other("executorch_prim::free")
    default: return .other("kind \(kind)")
    }
  }

  private static func value(_ table: FlatTable, _ data: ExecuTorchData) throws -> Value {
    guard let value = try table.table(1, "value") else { return .none }
    switch try table.byte(0) {
    case 2: return .int(Int(try value.integer(0, default: Int64(0))))
    case 3: return .bool(try value.bool(0))
    case 4: return .double(Double(bitPattern: try value.integer(0, default: UInt64(0))))
    case 5: return try tensor(value, data)
    case 6: return .string(try value.string(0) ?? "")
    case 7: return .list(try value.integers(0, of: Int64.self)?.map { Int($0) } ?? [])
    case 8:
      let bits = try value.integers(0, of: UInt64.self) ?? []
      return .doubles(bits.map { Double(bitPattern: $0) })
    case 9: return .bools(try value.integers(0, of: UInt8.self)?.map { $0 != 0 } ?? [])
    case 10, 11: return .list(try value.ints(0) ?? [])
    default: return .none
    }
  }

  private static func tensor(_ table: FlatTable, _ data: ExecuTorchData) throws -> Value {
    let sizes = try table.ints(2) ?? []
    let order = try table.integers(3, of: UInt8.self)?.map { Int($0) } ?? []
    let code = try table.byte(0)
    guard sizes.count <= rankLimit, sizes.allSatisfy({ $0 >= 0 }), types.indices.contains(code),
      let dtype = types[code]
    else {
      throw ImportError.invalid(
        place: "a tensor",
        expected: "lengths from 0 and a known type",
        found: "\(sizes) of type \(code)"
      )
    }
    var type = TensorType(dtype, Shape(sizes))
    let buffer = Int(try table.integer(5, default: UInt32(0)))
    let isPlanned = try table.table(6, "allocation") != nil
    // Lengths of planned tensors are bounds where the shape may change at run time.
    if isPlanned, try table.byte(8) == 2 {
      type.shape = Shape([Int](repeating: Shape.unknown, count: sizes.count))
    }
    guard buffer > 0, !isPlanned, order.isEmpty || order == Array(sizes.indices) else {
      return .tensor(type, data: nil)
    }
    return .tensor(type, data: try data.bytes(of: buffer, count: type.byteCount ?? .max))
  }
}

extension ExecuTorchProgram.Instruction {
  /// The values that the instruction refers to.
  var arguments: [Int] {
    switch self {
    case .kernel(_, let arguments), .delegate(_, let arguments): arguments
    case .other: []
    }
  }
}

/// Where the elements of constants are: in segments behind the message, or in it.
struct ExecuTorchData {
  private let file: ByteView
  private let segment: ByteView?
  private let offsets: [UInt64]
  private let buffers: [FlatTable]

  init(_ bytes: ByteView, _ root: FlatTable) throws {
    file = bytes
    buffers = try root.tables(2, "buffer")
    let places = try root.table(5, "constant segment")
    offsets = try places?.integers(1, of: UInt64.self) ?? []
    let index = Int(try places?.integer(0, default: UInt32(0)) ?? 0)
    let segments = try root.tables(4, "segment")
    guard bytes.has("eh00", at: 8), segments.indices.contains(index), !offsets.isEmpty else {
      segment = nil
      return
    }
    let base = Int(clamping: try bytes.load(UInt64.self, at: 24, "place of the segments"))
    let offset = try Self.place(segments[index], 0)
    let size = try Self.place(segments[index], 1)
    let behind = try bytes.suffix(from: base, "segments")
    segment = try behind.slice(at: offset, count: size, "constants")
  }

  /// Returns a number of 64 bits, or of 32 where a file has that.
  private static func place(_ table: FlatTable, _ field: Int) throws -> Int {
    if let wide = try? table.integer(field, default: UInt64(0)) { return Int(clamping: wide) }
    return Int(try table.integer(field, default: UInt32(0)))
  }

  /// Returns the elements of a constant of `count` bytes.
  ///
  /// - Throws: ``WireError`` when they are not in the file.
  func bytes(of buffer: Int, count: Int) throws -> ByteView? {
    if let segment {
      guard offsets.indices.contains(buffer) else { return nil }
      return try segment.slice(at: Int(clamping: offsets[buffer]), count: count, "a constant")
    }
    guard buffers.indices.contains(buffer),
      let storage = try buffers[buffer].view(0, elementSize: 1)
    else { return nil }
    return try storage.slice(at: 0, count: count, "a constant")
  }
}
