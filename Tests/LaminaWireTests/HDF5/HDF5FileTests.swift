import Foundation
import LaminaWire
import Testing

/// Reads a file that h5py wrote.
@Suite struct HDF5FileTests {
  private func root() throws -> HDF5Object {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/keras-nested-h5/model.h5").path
    return try HDF5File(MappedFile.open(path)).root
  }

  @Test func groupsAndDatasetsAreFoundByTheirNames() throws {
    let root = try root()
    #expect(try root.children().map(\.name) == ["model_weights"])
    let kernel = try #require(
      try root.descendant("model_weights/inner/inner/second/kernel")?.dataset()
    )
    #expect(kernel.shape == [3, 2])
    #expect(kernel.datatype == .float(size: 4))
    #expect(kernel.elements.count == 24)
    #expect(try root.descendant("model_weights/nothing") == nil)
  }

  @Test func textsOfAttributesAreRead() throws {
    let root = try root()
    #expect(try root.texts("keras_version")?.first?.hasPrefix("3.") == true)
    #expect(try root.texts("model_config")?.first?.hasPrefix("{") == true)
    #expect(try root.texts("no such attribute") == nil)
    let inner = try #require(try root.descendant("model_weights/inner"))
    #expect(try inner.texts("weight_names")?.count == 4)
  }

  @Test func otherBytesAreRefused() {
    #expect(throws: WireError.self) { try HDF5File(ByteView([1, 2, 3])) }
    #expect(!HDF5File.recognizes(ByteView([0x89, 0x48])))
  }

  @Test func aTreeThatLeadsToItselfIsRefused() throws {
    // A superblock whose root is a group with a tree at 96 whose only member is the tree itself.
    var bytes =
      [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] as [UInt8]
      + [0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0]
    func add(_ number: UInt64) { bytes += withUnsafeBytes(of: number.littleEndian) { Array($0) } }
    for number: UInt64 in [0, .max, 4096, .max, 0, 200] { add(number) }
    bytes += [UInt8](repeating: 0, count: 96 - bytes.count)
    bytes += Array("TREE".utf8) + [0, 1, 1, 0]
    for number: UInt64 in [.max, .max, 0, 96, 0] { add(number) }
    bytes += [UInt8](repeating: 0, count: 160 - bytes.count)
    bytes += Array("HEAP".utf8) + [0, 0, 0, 0]
    for number: UInt64 in [8, .max, 192] { add(number) }
    bytes += [UInt8](repeating: 0, count: 200 - bytes.count)
    bytes += [1, 0, 1, 0, 1, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 17, 0, 16, 0, 0, 0, 0, 0]
    for number: UInt64 in [96, 160] { add(number) }
    let root = try HDF5File(ByteView(bytes)).root
    #expect(throws: WireError.self) { try root.children() }
  }
}
