import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct PoolingTests {
  let image = Tensor([1, 1, 3, 3], [Float(1), 9, 2, 3, 4, 8, 7, 5, 6])

  @Test func maxPoolSaysWhereTheMaximumLies() throws {
    let outputs = try MaxPool(window: Window(size: [2, 2])).evaluate([image])
    expectClose(outputs[0], Tensor([1, 1, 2, 2], [Float(9), 9, 7, 8]))
    expectClose(outputs[1], Tensor([1, 1, 2, 2], [Int64(1), 1, 6, 5]))
    let columns = try MaxPool(window: Window(size: [2, 2]), countsColumnsFirst: true)
      .evaluate([image])
    expectClose(columns[1], Tensor([1, 1, 2, 2], [Int64(3), 3, 2, 7]))
  }

  @Test func indicesCountThroughBatchAndChannels() throws {
    let x = Tensor([2, 2, 2], [Float(1), 2, 4, 3, 5, 6, 8, 7])
    let first = try MaxPool(window: Window(size: [2])).evaluate([x])
    expectClose(first[1], Tensor([2, 2, 1], [Int64(1), 2, 5, 6]))
    let last = try MaxPool(window: Window(size: [2]), layout: .channelsLast).evaluate([x])
    expectClose(last[0], Tensor([2, 1, 2], [Float(4), 3, 8, 7]))
    expectClose(last[1], Tensor([2, 1, 2], [Int64(2), 3, 6, 7]))
  }

  @Test func maxPoolNeverPicksPaddingAndWorksOnIntegers() throws {
    let window = Window(size: [3], strides: [2], padding: .sameUpper)
    let y = try MaxPool(window: window).evaluate([Tensor([1, 1, 3], [Int8(-5), -7, -3])])[0]
    expectClose(y, Tensor([1, 1, 2], [Int8(-5), -3]))
  }

  @Test func averagePoolCountsPaddingWhenTold() throws {
    let window = Window(
      size: [3],
      strides: [2],
      padding: .explicit(before: [1], after: [1])
    )
    let x = Tensor([1, 1, 3], [Float(2), 4, 6])
    expectClose(
      try AveragePool(window: window).evaluate([x])[0],
      Tensor([1, 1, 2], [Float(3), 5])
    )
    expectClose(
      try AveragePool(window: window, countsPadding: true).evaluate([x])[0],
      Tensor([1, 1, 2], [Float(2), 10.0 / 3])
    )
  }

  @Test func aLastWindowThatPartlyFitsCountsWhatItCovers() throws {
    let window = Window(size: [2], strides: [2], roundsUp: true)
    let x = Tensor([1, 1, 3], [Float(2), 4, 6])
    expectClose(
      try AveragePool(window: window, countsPadding: true).evaluate([x])[0],
      Tensor([1, 1, 2], [Float(3), 6])
    )
    expectClose(try MaxPool(window: window).evaluate([x])[0], Tensor([1, 1, 2], [Float(4), 6]))
  }

  @Test func lpPoolTakesNorms() throws {
    let x = Tensor([1, 1, 3], [Float(3), -4, 0])
    let window = Window(size: [2])
    expectClose(try LpPool(window: window).evaluate([x])[0], Tensor([1, 1, 2], [Float(5), 4]))
    expectClose(
      try LpPool(window: window, power: 1).evaluate([x])[0],
      Tensor([1, 1, 2], [Float(7), 4])
    )
    expectClose(
      try LpPool(window: window, averages: true).evaluate([x])[0],
      Tensor([1, 1, 2], [Float(3.5355339), 2.828427])
    )
    expectRefused(LpPool(window: window, power: 0), floatTypes([1, 1, 3]))
  }

  @Test(arguments: [
    (GlobalPool.Function.average, [5, 1] as [Float]), (.max, [9, 1]), (.lp(power: 1), [45, 9]),
  ])
  func globalPoolReducesEachChannel(function: GlobalPool.Function, expected: [Float]) throws {
    let x = Tensor([1, 2, 3, 3], try image.floats() + [Float](repeating: 1, count: 9))
    let y = try GlobalPool(function).evaluate([x])[0]
    expectClose(y, Tensor([1, 2, 1, 1], expected))
    expectRefused(GlobalPool(function), floatTypes([1, 2]))
  }

  @Test func maxUnpoolPutsElementsBack() throws {
    let op = MaxUnpool(window: Window(size: [2, 2], strides: [2, 2]))
    let x = Tensor([1, 1, 1, 2], [Float(5), 7])
    let indices = Tensor([1, 1, 1, 2], [Int64(1), 6])
    let y = try op.evaluate([x, indices])[0]
    expectClose(y, Tensor([1, 1, 2, 4], [Float(0), 5, 0, 0, 0, 0, 7, 0]))
    let larger = try op.evaluate([x, indices, Tensor([4], [Int64(1), 1, 2, 5])])[0]
    expectClose(larger, Tensor([1, 1, 2, 5], [Float(0), 5, 0, 0, 0, 0, 0, 7, 0, 0]))
    #expect(throws: ShapeError.self) {
      try op.evaluate([x, Tensor([1, 1, 1, 2], [Int64(1), 8])])
    }
  }

  @Test func maxRoiPoolDividesRegions() throws {
    let op = MaxRoiPool(pooledShape: [1, 2])
    let y = try op.evaluate([image, Tensor([1, 5], [Float(0), 0, 0, 1, 1])])[0]
    expectClose(y, Tensor([1, 1, 1, 2], [Float(3), 9]))
    #expect(throws: ShapeError.self) {
      try op.evaluate([image, Tensor([1, 5], [Float(1), 0, 0, 1, 1])])
    }
    expectRefused(MaxRoiPool(pooledShape: [0, 2]), floatTypes([1, 1, 3, 3], [1, 5]))
  }

  @Test func windowMaximaFindTheirWayBack() throws {
    let window = Window(size: [2, 2], strides: [2, 2])
    let x = Tensor([1, 2, 2, 1], [Float(1), 2, 4, 3])
    let pooled = try WindowMaxPool(window: window).evaluate([x])
    expectClose(pooled[0], Tensor([1, 1, 1, 1], [Float(4)]))
    expectClose(pooled[1], Tensor([1, 1, 1, 1], [Float(2.1)]))
    let back = try WindowMaxUnpool(window: window).evaluate([pooled[0], pooled[1]])[0]
    expectClose(back, Tensor([1, 2, 2, 1], [Float(0), 0, 4, 0]))
    expectRefused(WindowMaxUnpool(window: window), floatTypes([1, 2, 2, 1], [1, 2, 2, 2]))
  }

  @Test func windowsThatDoNotFitAreRefused() throws {
    let window = Window(size: [4, 1])
    expectRefused(MaxPool(window: window), floatTypes([1, 1, 3, 3]))
    expectRefused(AveragePool(window: window), floatTypes([1, 1, 3, 3]))
    expectRefused(AveragePool(window: Window(size: [1])), floatTypes([1, 1, 3, 3]))
    try expectShapes(
      MaxPool(window: window),
      floatTypes([1, 2, 5, 3]),
      [[1, 2, 2, 3], [1, 2, 2, 3]]
    )
  }
}
