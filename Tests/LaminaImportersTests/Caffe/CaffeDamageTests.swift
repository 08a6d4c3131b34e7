import LaminaCore
import LaminaImporters
import LaminaWire
import SwiftProtobuf
import Testing

/// Cuts a small net short and flips its bits: an error or a graph, never a trap.
@Suite struct CaffeDamageTests {
  private static let text = """
    name: "n" input: "x" input_dim: 1 input_dim: 2 input_dim: 4 input_dim: 4
    layer { name: "c" type: "Convolution" bottom: "x" top: "c"
      convolution_param { num_output: 2 kernel_size: 3 pad: 1 } }
    layer { name: "b" type: "BatchNorm" bottom: "c" top: "c" }
    layer { name: "s" type: "Softmax" bottom: "c" top: "s" }
    """

  /// The net as bytes alone: its structure with blobs in the layers.
  private func whole() throws -> [UInt8] {
    let net = try CaffeNetParameter(textFormatString: Self.text)
    let structure: [UInt8] = try net.serializedBytes()
    let weights = CaffeTestNet(
      text: "",
      weights: [
        ("c", [ramp([2, 2, 3, 3]), ramp([2])]), ("b", [ramp([2]), ramp([2], seed: 1), ramp([1])]),
      ]
    )
    return structure + weights.bytes()
  }

  private func open(_ bytes: [UInt8]) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "n", bytes: ByteView(bytes)))
  }

  @Test func bytesAloneAreAModel() throws {
    #expect(try open(whole()).nodes.count >= 3)
  }

  @Test func bytesCutShortNeverTrap() throws {
    let bytes = try whole()
    var refusedCount = 0
    for length in 0..<bytes.count {
      do { try open(Array(bytes[..<length])).verify() } catch is ImportError { refusedCount += 1 }
    }
    // A cut between two fields leaves a message.
    #expect(refusedCount > bytes.count - 20)
  }

  @Test func flippedBitsNeverTrap() throws {
    let bytes = try whole()
    var openedCount = 0
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      do {
        try open(damaged).verify()
        openedCount += 1
      } catch is ImportError { continue }
    }
    #expect(openedCount > 0)
  }

  @Test func damagedTextNeverTraps() throws {
    let bytes = Array(Self.text.utf8)
    for length in 0..<bytes.count { _ = try? open(Array(bytes[..<length])).verify() }
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << UInt8(bit)
        do { try open(damaged).verify() } catch is ImportError { continue }
      }
    }
    #expect(try open(bytes).nodes.count == 3)
  }
}
