import LaminaCommand
import LaminaCore
import Testing
import LaminaWire

@Suite("Comparing with recorded values") struct ComparisonTests {
  func compare(
    _ value: Tensor,
    _ recorded: Tensor,
    steps: [Int]? = nil,
    _ tolerance: Tolerance = .standard
  ) throws -> Comparison {
    try Comparison(.tensor(value), to: .tensor(recorded), steps: steps, tolerance: tolerance)
  }

  @Test("floats may differ by atol + rtol times the recorded value")
  func allowsTolerance() throws {
    let recorded = Tensor([2], [100, 0] as [Float])
    let near = try compare(Tensor([2], [100.09, 0.000009] as [Float]), recorded)
    #expect(near.holds)
    #expect(abs(near.worstError - 0.09) < 1e-4)
    let far = try compare(Tensor([2], [100.2, 0] as [Float]), recorded)
    #expect(far.failure?.hasPrefix("1 of 2 values are off; at [0] 100.2") ?? false)
  }

  @Test("whole numbers must be equal unless a file says otherwise")
  func comparesIntegers() throws {
    let recorded = Tensor([2], [10_000, 5] as [Int64])
    let value = Tensor([2], [10_001, 5] as [Int64])
    #expect(try !compare(value, recorded).holds)
    #expect(try compare(value, recorded, Tolerance(relative: 0, absolute: 1)).holds)
  }

  @Test("shapes and types must be the same")
  func comparesTypes() throws {
    let recorded = Tensor([2], [1, 2] as [Float])
    #expect(
      try compare(Tensor([2, 1], [1, 2] as [Float]), recorded).failure == "shape 2x1, recorded is 2"
    )
    #expect(
      try compare(Tensor([2], [1, 2] as [Double]), recorded).failure
        == "type float64, recorded is float32"
    )
  }

  @Test("not-a-number equals itself, and infinities only themselves")
  func comparesSpecialValues() throws {
    let recorded = Tensor([3], [.nan, .infinity, -.infinity] as [Float])
    #expect(try compare(recorded, recorded).holds)
    for (index, wrong) in [(0, Float(0)), (1, -.infinity), (2, 1e30)] {
      var values: [Float] = [.nan, .infinity, -.infinity]
      values[index] = wrong
      #expect(try !compare(Tensor([3], values), recorded).holds)
    }
    #expect(try !compare(Tensor([1], [.nan] as [Float]), Tensor([1], [0] as [Float])).holds)
  }

  @Test("every n-th element may have been recorded")
  func comparesSteps() throws {
    let value = Tensor([2, 5], (0..<10).map(Float.init))
    let recorded = Tensor([2, 3], [0, 2, 4, 5, 7, 9] as [Float])
    #expect(try compare(value, recorded, steps: [1, 2]).holds)
    #expect(try compare(value, recorded, steps: [1, 3]).failure == "shape 2x2, recorded is 2x3")
    #expect(throws: RecordingError.self) { try compare(value, recorded, steps: [2]) }
    #expect(throws: RecordingError.self) { try compare(value, recorded, steps: [1, 0]) }
  }

  @Test("further keys of tolerance.json are heeded, an output's own before the general ones")
  func readsTolerances() throws {
    let text = """
      {"rtol": 0, "atol": 0.5, "max_mismatch": 0.5, "first": 1,
       "outputs": [{}, {"atol": 2, "mean_atol": 0.1, "atol_last_axis": [1, 3]}]}
      """
    let document = try JSONReader.read(Array(text.utf8))
    let general = Tolerance(document, output: 0)
    #expect(general.absolute == 0.5)
    #expect(general.mismatchShare == 0.5)
    #expect(general.firstEntries == 1)
    #expect(general.meanAbsolute == nil)
    let own = Tolerance(document, output: 1)
    #expect(own.absolute == 2)
    #expect(own.meanAbsolute == 0.1)
    #expect(own.absoluteByLastAxis == [1, 3])
    #expect(Tolerance(document, output: 9) == general)
    #expect(Tolerance(nil, output: 0) == .standard)
  }

  @Test("a share of values may lie outside, the mean may be held, and only the first be compared")
  func heedsFurtherKeys() throws {
    let recorded = Tensor([1, 4], [0, 0, 0, 0] as [Float])
    let value = Tensor([1, 4], [0, 0, 0, 8] as [Float])
    var tolerance = Tolerance(relative: 0, absolute: 0)
    #expect(try !compare(value, recorded, tolerance).holds)
    tolerance.mismatchShare = 0.25
    #expect(try compare(value, recorded, tolerance).holds)
    tolerance.meanAbsolute = 1.9
    #expect(try compare(value, recorded, tolerance).failure?.contains("mean") ?? false)
    tolerance.meanAbsolute = 2
    #expect(try compare(value, recorded, tolerance).holds)
    var first = Tolerance(relative: 0, absolute: 0)
    first.firstEntries = 3
    #expect(try compare(value, recorded, first).holds)
    var byAxis = Tolerance(relative: 0, absolute: 0)
    byAxis.absoluteByLastAxis = [0, 0, 0, 8]
    #expect(try compare(value, recorded, byAxis).holds)
    byAxis.absoluteByLastAxis = [8, 8, 8, 7]
    #expect(try !compare(value, recorded, byAxis).holds)
  }

  @Test("texts, complex numbers and containers are compared too")
  func comparesOtherKinds() throws {
    #expect(try compare(Tensor([1], strings: ["a"]), Tensor([1], strings: ["a"])).holds)
    #expect(
      try compare(Tensor([1], strings: ["b"]), Tensor([1], strings: ["a"])).failure
        == "'b' at [0], recorded is 'a'"
    )
    let complex = Tensor([1], [Complex<Float>(1, 2)])
    #expect(try compare(complex, complex).holds)
    #expect(try !compare(Tensor([1], [Complex<Float>(1, 3)]), complex).holds)
    let one = Datum.tensor(Tensor([1], [1] as [Float]))
    let two = Datum.tensor(Tensor([1], [2] as [Float]))
    func check(_ a: Datum, _ b: Datum) throws -> Comparison {
      try Comparison(a, to: b, tolerance: .standard)
    }
    #expect(try check(.sequence([one, two]), .sequence([one, two])).holds)
    #expect(
      try check(.sequence([one, one]), .sequence([one, two])).failure?.hasPrefix("element 1")
        ?? false
    )
    #expect(try !check(.sequence([one]), .sequence([one, two])).holds)
    #expect(try check(.optional(one), one).holds)
    #expect(try check(.optional(nil), .optional(nil)).holds)
    #expect(try !check(.optional(nil), one).holds)
    #expect(try check(.map([(.int(3), one)]), .map([(.int(3), one)])).holds)
    #expect(try !check(.map([(.int(4), one)]), .map([(.int(3), one)])).holds)
    #expect(try !check(one, .sequence([one])).holds)
  }
}
