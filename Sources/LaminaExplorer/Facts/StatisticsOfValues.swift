extension TensorStatistics {
  /// Computes the statistics of values in two passes.
  ///
  ///     mean = Σx / n      deviation = √(Σ(x − mean)² / n)      over the finite values
  ///
  /// - Parameters:
  ///   - values: the values, of which NaN and infinities are only counted.
  ///   - binCount: the number of parts of the histogram.
  package init(of values: some Collection<Float>, binCount: Int = 32) {
    var tally = Tally()
    for value in values { tally.add(Double(value)) }
    let mean = tally.finiteCount == 0 ? 0 : tally.sum / Double(tally.finiteCount)
    let (low, high) = tally.finiteCount == 0 ? (0, 0) : (tally.minimum, tally.maximum)
    var histogram = Array(repeating: 0, count: binCount)
    var squares = 0.0
    let scale = high > low ? Double(binCount) / (high - low) : 0
    for value in values where value.isFinite {
      let real = Double(value)
      squares += (real - mean) * (real - mean)
      let bin = (real - low) * scale
      histogram[bin.isFinite ? min(binCount - 1, max(0, Int(bin))) : 0] += 1
    }
    let count = max(1, tally.finiteCount)
    self.init(
      count: values.count,
      minimum: low,
      maximum: high,
      mean: mean,
      deviation: (squares / Double(count)).squareRoot(),
      zeroCount: tally.zeroCount,
      nanCount: tally.nanCount,
      infinityCount: tally.infinityCount,
      histogram: histogram
    )
  }
}

/// Counts of the first pass.
private struct Tally {
  var finiteCount = 0
  var zeroCount = 0
  var nanCount = 0
  var infinityCount = 0
  var sum = 0.0
  var minimum = Double.infinity
  var maximum = -Double.infinity

  mutating func add(_ value: Double) {
    if value.isNaN {
      nanCount += 1
    } else if value.isInfinite {
      infinityCount += 1
    } else {
      finiteCount += 1
      sum += value
      if value == 0 { zeroCount += 1 }
      minimum = min(minimum, value)
      maximum = max(maximum, value)
    }
  }
}
