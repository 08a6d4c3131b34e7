import LaminaCore
import LaminaOperators
import Testing

/// The expectations are worked out by hand; the hashes are TensorFlow Lite's.
@Suite("Words, keys and embeddings") struct LookupTests {
  @Test("words that stand near each other are joined, longer joins first")
  func joinsWords() throws {
    let x = Tensor([1], strings: ["a b  c d"])
    let pairs = try SkipGram(size: 2, skip: 0, includesShorter: false).evaluate([x])[0]
    #expect(pairs.strings == ["a b", "b c", "c d"])
    let all = try SkipGram(size: 2, skip: 1, includesShorter: true).evaluate([x])[0]
    #expect(all.strings == ["a b", "a c", "a", "b c", "b d", "b", "c d", "c", "d"])
    #expect(
      try SkipGram(size: 3, skip: 9, includesShorter: false)
        .evaluate([Tensor([1], strings: [""])])[0].shape == [0]
    )
  }

  @Test("joins of no words, and several strings, are refused")
  func refusesJoins() {
    let x = Tensor([1], strings: ["a"])
    for (size, skip) in [(0, 0), (-1, 0), (65, 0), (2, -1)] {
      let op = SkipGram(size: size, skip: skip, includesShorter: false)
      #expect(throws: ShapeError.self) { try op.evaluate([x]) }
    }
    let op = SkipGram(size: 2, skip: 0, includesShorter: false)
    #expect(throws: ShapeError.self) { try op.evaluate([Tensor([2], strings: ["a", "b"])]) }
  }

  @Test("keys that are not there give zeros and no hit")
  func looksUp() throws {
    let x = Tensor([3], [7, 1, -3] as [Int32])
    let keys = Tensor([2], [-3, 7] as [Int32])
    let values = Tensor([2, 2], [1, 2, 3, 4] as [Float])
    let found = try KeyedLookup().evaluate([x, keys, values])
    #expect(try found[0].floats() == [3, 4, 0, 0, 1, 2])
    #expect(try found[1].elements(of: UInt8.self) == [1, 0, 1])
    #expect(throws: ShapeError.self) { try KeyedLookup().evaluate([x, x, values]) }
  }

  @Test("embeddings are summed, averaged, or divided by the root of the squares")
  func combines() throws {
    let ids = Tensor([3], [1, 0, 1] as [Int32])
    let places = Tensor([3, 2], [0, 0, 2, 0, 2, 1] as [Int32])
    let shape = Tensor([2], [3, 2] as [Int32])
    let weights = Tensor([3], [2, 3, 4] as [Float])
    let values = Tensor([2, 1], [10, 1] as [Float])
    let inputs: TensorInputs = [ids, places, shape, weights, values]
    #expect(try EmbeddingLookupSparse(.sum).evaluate(inputs)[0].floats() == [2, 0, 34])
    #expect(try EmbeddingLookupSparse(.mean).evaluate(inputs)[0].floats() == [1, 0, 34.0 / 7])
    #expect(try EmbeddingLookupSparse(.root).evaluate(inputs)[0].floats() == [1, 0, 34.0 / 5])
    let far = Tensor([3], [1, 2, 1] as [Int32])
    #expect(throws: ShapeError.self) {
      try EmbeddingLookupSparse(.sum).evaluate([far, places, shape, weights, values])
    }
  }
}
