import LaminaCore
import LaminaImporters
import LaminaWire
import LaminaWireTestSupport
import Testing

@Suite struct ExecuTorchFormatTests {
  /// `strange(relu(x + w))` for three floats, with w = (1, 2, 3) in the message itself.
  private static func program(_ last: String) -> [UInt8] {
    let numbers: [Float] = [1, 2, 3]
    func tensor(buffer: UInt32, isPlanned: Bool) -> FlatValue {
      var fields: [Int: FlatValue] = [
        0: .int8(6), 2: .ints([3]), 3: .bytes([0]), 5: .uint32(buffer),
      ]
      if isPlanned { fields[6] = .table([0: .uint32(1)]) }
      return .table([0: .uint8(5), 1: .table(fields)])
    }
    func call(_ operation: Int32, _ arguments: [Int32]) -> FlatValue {
      .table([0: .uint8(1), 1: .table([0: .int32(operation), 1: .ints(arguments)])])
    }
    let values: [FlatValue] = [
      tensor(buffer: 0, isPlanned: true), tensor(buffer: 1, isPlanned: false),
      .table([0: .uint8(2), 1: .table([0: .uint64(1)])]),
      tensor(buffer: 0, isPlanned: true), tensor(buffer: 0, isPlanned: true),
      tensor(buffer: 0, isPlanned: true),
    ]
    let operators: [FlatValue] = ["aten::add", "aten::relu", last].map { name in
      .table([0: .string(name), 1: .string("out")])
    }
    let chain = FlatValue.table([
      2: .tables([call(0, [0, 1, 2, 3, 3]), call(1, [3, 4, 4]), call(2, [4, 5, 5])])
    ])
    let plan = FlatValue.table([
      0: .string("forward"), 2: .tables(values), 3: .ints([0]), 4: .ints([5]),
      5: .tables([chain]), 6: .tables(operators),
    ])
    let data = numbers.withUnsafeBytes { Array($0) }
    return FlatBufferWriter.write(
      .table([
        1: .tables([plan]), 2: .tables([.table([:]), .table([0: .bytes(data)])]),
      ]),
      identifier: "ET12"
    )
  }

  private func open(_ bytes: [UInt8]) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "model.pte", bytes: ByteView(bytes)))
  }

  @Test func runsPortableKernels() throws {
    let graph = try open(Self.program("aten::neg"))
    #expect(graph.nodes.map(\.sourceOp) == ["aten::add.out", "aten::relu.out", "aten::neg.out"])
    let x = Tensor([3], [-5, 0, 5] as [Float])
    #expect(try graph.evaluate([.tensor(x)])[0].tensor.floats() == [0, -2, -8])
  }

  @Test func showsOtherKernels() throws {
    let graph = try open(Self.program("mine::strange"))
    #expect(graph.unsupportedOperators == ["mine::strange.out"])
    #expect(graph.nodes.count == 3)
  }

  @Test func damagedProgramsNeverTrap() {
    let program = Self.program("aten::neg")
    for length in 0..<program.count { _ = try? open(Array(program[..<length])) }
    #expect(throws: ImportError.self) { try open(Array(program[..<(program.count / 2)])) }
    for bit in 0..<program.count * 8 {
      var bytes = program
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      _ = try? open(bytes)
    }
  }
}
