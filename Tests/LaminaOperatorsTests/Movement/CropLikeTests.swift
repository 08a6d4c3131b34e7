import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct CropLikeTests {
  private let x = Tensor([1, 1, 4, 4], (0..<16).map { Float($0) })
  private let small = Tensor([1, 1, 2, 2], [Float](repeating: 0, count: 4))

  @Test func lengthsFollowTheReferenceFromAnOffset() throws {
    let same = try CropLike(axis: 2, offsets: [1]).evaluate([x, small])[0]
    expectClose(same, Tensor([1, 1, 2, 2], [Float(5), 6, 9, 10]))
    let two = try CropLike(axis: -2, offsets: [0, 2]).evaluate([x, small])[0]
    expectClose(two, Tensor([1, 1, 2, 2], [Float(2), 3, 6, 7]))
    let middle = try CropLike(axis: 2, offsets: []).evaluate([x, small])[0]
    expectClose(middle, same)
  }

  @Test func offsetsOutsideAreRefused() throws {
    let types = floatTypes([1, 1, 4, 4], [1, 1, 2, 2])
    expectRefused(CropLike(axis: 2, offsets: [3]), types)
    expectRefused(CropLike(axis: 2, offsets: [-1]), types)
    expectRefused(CropLike(axis: 4, offsets: [0]), types)
    expectRefused(CropLike(axis: 1, offsets: [0, 0]), types)
    expectRefused(CropLike(axis: 2, offsets: [0]), floatTypes([1, 1, 4, 4], [2, 2]))
  }
}
