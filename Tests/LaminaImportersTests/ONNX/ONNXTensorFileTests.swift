import Foundation
import LaminaCore
import LaminaImporters
import LaminaTestSupport
import LaminaWire
import Testing

@Suite struct ONNXTensorFileTests {
  private func read(_ proto: ONNXTensorProto) throws -> Tensor {
    let type = ValueType.tensor(TensorType(.float32, .unranked))
    return try ONNXTensorFile.read(modelFile(of: proto), as: type).tensor
  }

  @Test func rawDataIsLittleEndianAndRowMajor() throws {
    var proto = ONNXTensorProto("x", .float, [2, 1])
    proto.rawData = Data([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0])
    expectClose(try read(proto), Tensor([2, 1], [Float(1), -2.5]), within: 0)
  }

  @Test func elementsInTheListsOfOtherTypesKeepTheirLowBits() throws {
    var half = ONNXTensorProto("", .float16, [2])
    half.int32Data = [0x3c00, 0xc100]
    #expect(try read(half).doubles() == [1, -2.5])
    var brain = ONNXTensorProto("", .bfloat16, [2])
    brain.int32Data = [0x3f80, 0xc020]
    #expect(try read(brain).doubles() == [1, -2.5])
    var bytes = ONNXTensorProto("", .int8, [3])
    bytes.int32Data = [-128, -1, 127]
    #expect(try read(bytes).ints() == [-128, -1, 127])
    var wide = ONNXTensorProto("", .uint32, [2])
    wide.uint64Data = [0, 0xffff_ffff]
    #expect(try read(wide).ints() == [0, 0xffff_ffff])
    var flags = ONNXTensorProto("", .bool, [3])
    flags.int32Data = [0, 1, 1]
    #expect(try read(flags).elements(of: Bool.self) == [false, true, true])
  }

  @Test func everyListFieldIsRead() throws {
    #expect(
      try read(ONNXTensorProto("", floats: [0.5, -8], [2])).elements(of: Float.self) == [0.5, -8]
    )
    var doubles = ONNXTensorProto("", .double, [2])
    doubles.doubleData = [1e300, -0.1]
    #expect(try read(doubles).elements(of: Double.self) == [1e300, -0.1])
    #expect(try read(ONNXTensorProto("", ints: [.min, .max], [2])).ints() == [.min, .max])
    var pairs = ONNXTensorProto("", .complex64, [1])
    pairs.floatData = [3, 4]
    let parts = try read(pairs).withBytes { Array($0.bindMemory(to: Float.self)) }
    #expect(parts == [3, 4])
  }

  @Test func nibblesAreReadFromTheLowEnd() throws {
    var signed = ONNXTensorProto("", .int4, [3])
    signed.rawData = Data([0x8f, 0x07])
    #expect(try read(signed).ints() == [-1, -8, 7])
    var unsigned = ONNXTensorProto("", .uint4, [3])
    unsigned.int32Data = [0x8f, 0x07]
    #expect(try read(unsigned).ints() == [15, 8, 7])
    var pairs = ONNXTensorProto("", .int2, [5])
    pairs.rawData = Data([0b11_10_01_00, 0b01])
    #expect(try read(pairs).ints() == [0, 1, -2, -1, 1])
    var floats = ONNXTensorProto("", .float4E2M1, [4])
    floats.rawData = Data([0x72, 0xf9])
    #expect(try read(floats).doubles() == [1, 6, -0.5, -6])
  }

  @Test func eightBitFloatsFollowTheirFormats() throws {
    let expectations: [(ONNXTensorProto.DataType, [UInt8], [Double])] = [
      (.float8E4M3Fn, [0x38, 0x7e, 0xb8], [1, 448, -1]),
      (.float8E4M3Fnuz, [0x40, 0x7f, 0xc0], [1, 240, -1]),
      (.float8E5M2, [0x3c, 0x7b, 0xbc], [1, 57344, -1]),
      (.float8E5M2Fnuz, [0x40, 0x7f, 0xc0], [1, 57344, -1]),
      (.float8E8M0, [127, 128, 126], [1, 2, 0.5]),
    ]
    for (type, codes, values) in expectations {
      var proto = ONNXTensorProto("", type, [3])
      proto.rawData = Data(codes)
      #expect(try read(proto).doubles() == values, "\(type)")
    }
  }

  @Test func boolsOtherThanZeroAreTrue() throws {
    var proto = ONNXTensorProto("", .bool, [3])
    proto.rawData = Data([0, 2, 255])
    #expect(try read(proto).elements(of: Bool.self) == [false, true, true])
  }

  @Test func stringsAreReadAsUTF8() throws {
    var proto = ONNXTensorProto("", .string, [2])
    proto.stringData = [Data("cat".utf8), Data("ö".utf8)]
    #expect(try read(proto).strings == ["cat", "ö"])
  }

  @Test func emptyAndScalarTensorsAreRead() throws {
    #expect(try read(ONNXTensorProto("", floats: [], [0, 3])).shape == [0, 3])
    #expect(try read(ONNXTensorProto("", floats: [7], [])).scalar() == 7)
  }

  @Test func payloadsOfAnotherLengthAreRefused() {
    var long = ONNXTensorProto("w", .float, [1])
    long.rawData = Data(count: 8)
    var huge = ONNXTensorProto("w", .float, [.max, .max])
    huge.rawData = Data(count: 8)
    for proto in [
      ONNXTensorProto("w", floats: [1], [2]), long, huge, ONNXTensorProto("w", floats: [], [-1]),
      ONNXTensorProto("w", .undefined, [1]), ONNXTensorProto("w", .string, [1]),
    ] {
      #expect(throws: ImportError.self) { try read(proto) }
    }
  }

  @Test func containersAreReadByTheirDeclaredType() throws {
    var sequence = ONNXSequenceProto()
    sequence.elemType = .tensor
    sequence.tensorValues = [
      ONNXTensorProto("", floats: [1], []), ONNXTensorProto("", ints: [2], []),
    ]
    let list = try ONNXTensorFile.read(modelFile(of: sequence), as: .sequence(.unknown)).sequence
    #expect(try list.map { try $0.tensor.scalar() } == [1, 2])

    var map = ONNXMapProto()
    map.keyType = .string
    map.stringKeys = [Data("a".utf8), Data("b".utf8)]
    map.values = sequence
    let type = ValueType.map(key: .string, value: .unknown)
    guard case .map(let pairs) = try ONNXTensorFile.read(modelFile(of: map), as: type) else {
      Issue.record("not a map")
      return
    }
    #expect(pairs.map(\.key) == [.string("a"), .string("b")])

    var optional = ONNXOptionalProto()
    optional.elemType = .sequence
    let optionalType = ValueType.optional(.sequence(.unknown))
    let nothing = try ONNXTensorFile.read(modelFile(of: optional), as: optionalType)
    guard case .optional(nil) = nothing else {
      Issue.record("an optional without a value is not empty")
      return
    }
    optional.sequenceValue = sequence
    #expect(
      try ONNXTensorFile.read(modelFile(of: optional), as: optionalType).sequence.count == 2
    )
    let bare = try ONNXTensorFile.read(modelFile(of: sequence), as: optionalType)
    #expect(try bare.sequence.count == 2)
  }

  @Test func aMapWithMoreKeysThanValuesIsRefused() throws {
    var map = ONNXMapProto()
    map.keyType = .int64
    map.keys = [1, 2]
    let file = try modelFile(of: map)
    #expect(throws: ImportError.self) {
      try ONNXTensorFile.read(file, as: .map(key: .int64, value: .unknown))
    }
  }
}
