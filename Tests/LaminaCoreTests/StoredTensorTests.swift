import LaminaCore
import Testing

/// Tensors whose elements lie in memory that belongs to somebody else.
@Suite struct StoredTensorTests {
  /// Three floats that begin at an odd address.
  private func oddTensor() throws -> Tensor {
    let storage = try TensorStorage(byteCount: 13)
    for (index, value) in [Float(1.5), -2, 8].enumerated() {
      withUnsafeBytes(of: value) { bytes in
        (storage.base + 1 + index * 4).copyMemory(
          from: bytes.baseAddress ?? UnsafeRawPointer(storage.base),
          byteCount: 4
        )
      }
    }
    return try Tensor(TensorType(.float32, [3]), storage: storage, offset: 1)
  }

  @Test func elementsAtOddAddressesAreReadAlikeAndLeftWhereTheyAre() throws {
    let tensor = try oddTensor()
    #expect(try tensor.floats() == [1.5, -2, 8])
    tensor.withBytes { #expect(Int(bitPattern: $0.baseAddress) % 4 == 0) }
    tensor.withUnscaledBytes { #expect(Int(bitPattern: $0.baseAddress) % 4 == 1) }
    #expect(try tensor.aligned.floats() == [1.5, -2, 8])
  }

  @Test func writingToOddElementsLeavesTheirOwnerAlone() throws {
    let tensor = try oddTensor()
    var copy = tensor
    try copy.withMutableElements(of: Float.self) { $0[1] = 7 }
    #expect(try copy.floats() == [1.5, 7, 8])
    #expect(try tensor.floats() == [1.5, -2, 8])
  }

  @Test func factorsHoldForEveryWayToRead() throws {
    let tensor = Tensor([2, 3], [1, 2, 3, 4, 5, 6] as [Float])
    let rows = try #require(tensor.scaledLater(by: [10, -1], period: 3))
    #expect(try rows.floats() == [10, 20, 30, -4, -5, -6])
    #expect(try rows.reshaped(to: [6]).doubles() == [10, 20, 30, -4, -5, -6])
    let columns = try #require(tensor.scaledLater(by: [1, 0, 2], period: 1))
    #expect(try columns.cast(to: .int32).ints() == [1, 0, 6, 4, 0, 12])
    var written = rows
    try written.withMutableElements(of: Float.self) { $0[0] += 1 }
    #expect(try written.floats() == [11, 20, 30, -4, -5, -6])
    #expect(rows.storage == nil)
    #expect(rows.aligned.storage != nil)
  }

  @Test func factorsAreForFloatsThatHaveNone() throws {
    let tensor = Tensor([2], [1, 2] as [Float])
    let scaled = try #require(tensor.scaledLater(by: [3], period: 1))
    #expect(scaled.scaledLater(by: [3], period: 1) == nil)
    #expect(tensor.scaledLater(by: [], period: 1) == nil)
    #expect(Tensor([2], [1, 2] as [Int32]).scaledLater(by: [3], period: 1) == nil)
  }

  @Test(arguments: [1, LargeMemory.threshold - 1, LargeMemory.threshold, 5 << 20])
  func storageOfAnySizeIsZeroedAndAligned(_ byteCount: Int) throws {
    let storage = try TensorStorage(byteCount: byteCount)
    #expect(Int(bitPattern: storage.base) % TensorStorage.alignment == 0)
    let bytes = UnsafeRawBufferPointer(start: storage.base, count: byteCount)
    #expect(bytes.allSatisfy { $0 == 0 })
    storage.base.storeBytes(of: 1, toByteOffset: byteCount - 1, as: UInt8.self)
  }

  /// Large storages end inside a page of the system's, and next to other memory.
  @Test func storagesThatGoLeaveTheirNeighboursAlone() throws {
    let sizes = [1 << 20, 3 << 20, (3 << 20) + 1, (2 << 20) - 1, (4 << 20) + 4096, 5_500_000]
    var storages: [(storage: TensorStorage, mark: UInt8)] = []
    for round in 0..<4 {
      for (index, size) in sizes.enumerated() {
        let storage = try TensorStorage(byteCount: size)
        let mark = UInt8(round * 16 + index + 1)
        storage.base.initializeMemory(as: UInt8.self, repeating: mark, count: size)
        storages.append((storage, mark))
      }
      storages = storages.enumerated().filter { $0.offset % 3 != round % 3 }.map(\.element)
      for (storage, mark) in storages {
        let bytes = UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount)
        #expect(bytes.allSatisfy { $0 == mark })
      }
    }
  }
}
