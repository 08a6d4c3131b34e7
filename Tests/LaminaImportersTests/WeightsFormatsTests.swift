import LaminaCore
import LaminaImporters
import LaminaWire
import LaminaWireTestSupport
import Testing

/// Files that hold tensors and no graph.
@Suite struct WeightsFormatsTests {
  private func open(_ bytes: [UInt8]) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "weights", bytes: ByteView(bytes)))
  }

  private static func safetensors(_ header: String, _ data: [UInt8]) -> [UInt8] {
    let text = Array(header.utf8)
    return [UInt8(text.count & 255), UInt8(text.count >> 8), 0, 0, 0, 0, 0, 0] + text + data
  }

  private static let two = safetensors(
    #"{"__metadata__":{"by":"hand"},"a":{"dtype":"I16","shape":[2],"data_offsets":[0,4]},"#
      + #""b.c":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]}}"#,
    [1, 0, 254, 255, 0, 0, 128, 63]
  )

  /// `np.save` of `np.array([[1, 2], [3, 4]], "<i2")`.
  private static let array = NPYWriter.file(
    NPYElementType(.signed, size: 2),
    shape: [2, 2],
    bytes: [1, 0, 2, 0, 3, 0, 4, 0]
  )

  @Test func readsSafetensors() throws {
    let graph = try open(Self.two)
    #expect(graph.metadata.format == "Safetensors")
    #expect(graph.metadata.properties.map(\.value) == ["hand"])
    #expect(graph.values.map(\.name) == ["a", "b.c"])
    #expect(try graph.values[0].constant?.ints() == [1, -2])
    #expect(try graph.values[1].constant?.floats() == [1])
    #expect(graph.values[1].tensorType.shape == [1, 1])
  }

  @Test(arguments: [
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,400]}}"#,
    #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
    #"{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#,
    #"{"a":{"shape":[1]}}"#, #"{"a":3}"#, #"{"a""#,
  ])
  func refusesTensorsThatDoNotFit(_ header: String) {
    #expect(throws: ImportError.self) { try open(Self.safetensors(header, [0, 0, 0, 0])) }
  }

  @Test func readsArraysAndArchivesOfThem() throws {
    let one = try open(Self.array)
    #expect(try one.values.first?.constant?.ints() == [1, 2, 3, 4])
    let several = try open(ZipBytes.archive([("w.npy", Self.array), ("b.npy", Self.array)]))
    #expect(several.values.map(\.name) == ["w", "b"])
    #expect(several.values[1].tensorType == TensorType(.int16, [2, 2]))
  }

  @Test func damagedFilesNeverTrap() throws {
    for model in [Self.two, Self.array, ZipBytes.archive([("w.npy", Self.array)])] {
      for length in 0..<model.count {
        #expect(throws: ImportError.self) { try open(Array(model[..<length])) }
      }
      for bit in 0..<model.count * 8 {
        var bytes = model
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        _ = try? open(bytes)
      }
    }
  }
}
