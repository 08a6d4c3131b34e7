import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct TextTests {
  private func words(_ words: String...) -> Tensor { Tensor([words.count], strings: words) }

  @Test func wordsAreDroppedAndChanged() throws {
    let x = words("Monday", "tuesday", "monday")
    let loose = StringNormalizer(caseChange: .upper, isCaseSensitive: false, stopwords: ["MONDAY"])
    #expect(try loose.evaluate([x])[0].strings == ["TUESDAY"])
    let strict = StringNormalizer(caseChange: .none, isCaseSensitive: true, stopwords: ["monday"])
    #expect(try strict.evaluate([x])[0].strings == ["Monday", "tuesday"])
    let empty = try strict.evaluate([Tensor([1, 1], strings: ["monday"])])[0]
    #expect(empty.shape == [1, 1])
    #expect(empty.strings == [""])
    expectRefused(strict, [TensorType(.string, [2, 2])])
  }

  @Test func textsAreJoined() throws {
    let y = try StringConcat().evaluate([words("a", "b"), Tensor([], strings: ["!"])])[0]
    #expect(y.strings == ["a!", "b!"])
    expectRefused(StringConcat(), [TensorType(.string, [2]), TensorType(.string, [3])])
  }

  @Test func textsAreCut() throws {
    let atSpace = try StringSplit(maxSplits: 1).evaluate([words("  a b  c ", "", "d")])
    #expect(atSpace[0].shape == [3, 2])
    #expect(atSpace[0].strings == ["a", "b  c ", "", "", "d", ""])
    expectClose(atSpace[1], Tensor([3], [Int64(2), 0, 1]))
    let atDash = try StringSplit(delimiter: "--").evaluate([words("a--b----c")])
    #expect(atDash[0].strings == ["a", "b", "", "c"])
    expectRefused(StringSplit(), floatTypes([1]))
  }

  static let expressions: [(pattern: String, matches: [String], others: [String])] = [
    ("a*b", ["b", "aaab"], ["a", "ba", ""]),
    ("(ab|cd)+", ["ab", "abcd"], ["", "abc"]),
    ("a{2,3}", ["aa", "aaa"], ["a", "aaaa"]),
    ("(?:a{2}){2}", ["aaaa"], ["aa", "aaa"]),
    ("a{2,}", ["aa", "aaaaa"], ["a"]),
    ("[^a-c]x?", ["d", "dx"], ["a", "ddx"]),
    (#"\d+\.\d*"#, ["3.", "3.14"], ["3", ".5"]),
    (#"\w+@\w+\.com"#, ["me@host.com"], ["me@host.org"]),
    (#"www\.[\w.-]+\.\bcom\b"#, ["www.google.com"], ["www.bbc.co.uk"]),
    ("(?i)straße", ["STRAßE", "Straße"], ["strasse"]),
    (".", ["é", "x"], ["\n", "xy"]),
    ("(?s).", ["\n"], []),
    ("[[:alpha:]_]+", ["a_b"], ["a1"]),
    ("^a$", ["a"], ["ba"]),
    (#"[\]\-]"#, ["]", "-"], ["\\"]),
    ("", [""], ["a"]),
    ("a|", ["a", ""], ["b"]),
    (#"\x41\x{42}"#, ["AB"], ["A"]),
    ("(?P<name>a)b", ["ab"], ["a"]),
    (#"a\Bb"#, ["ab"], ["a b"]),
  ]

  @Test(arguments: expressions)
  func expressionsDescribeWholeTexts(
    pattern: String,
    matches: [String],
    others: [String]
  ) throws {
    let op = RegexFullMatch(pattern: pattern)
    let x = Tensor([matches.count + others.count], strings: matches + others)
    let expected = matches.map { _ in true } + others.map { _ in false }
    expectClose(try op.evaluate([x])[0], Tensor([expected.count], expected))
  }

  @Test(arguments: ["(", ")", "[a", "*", "a{3,2}", "a{1001}", #"\"#, "[z-a]", "(?x)", #"\y"#])
  func brokenExpressionsAreRefused(pattern: String) {
    expectRefused(RegexFullMatch(pattern: pattern), [TensorType(.string, [1])])
  }

  @Test func noExpressionRunsForLong() throws {
    let nested = String(repeating: "(a?", count: 25) + String(repeating: ")*", count: 25)
    let text = String(repeating: "a", count: 2000) + "b"
    let y = try RegexFullMatch(pattern: nested).evaluate([words(text)])[0]
    expectClose(y, Tensor([1], [false]))
    expectRefused(
      RegexFullMatch(pattern: "((((a{1000}){1000}){1000}){1000})"),
      [TensorType(.string, [1])]
    )
  }

  private func vectorizer(
    _ mode: TfIdfVectorizer.Mode,
    skips: Int = 0,
    weights: [Float]? = nil
  ) -> TfIdfVectorizer {
    TfIdfVectorizer(
      mode: mode,
      minGram: 1,
      maxGram: 2,
      maxSkips: skips,
      gramCounts: [0, 2],
      gramIndexes: [1, 0, 2],
      pool: .ints([5, 6, 5, 6]),
      weights: weights
    )
  }

  @Test func knownRunsOfWordsAreCounted() throws {
    let x = Tensor([4], [Int64(5), 6, 6, 5])
    expectClose(try vectorizer(.tf).evaluate([x])[0], Tensor([3], [Float(2), 2, 1]))
    expectClose(
      try vectorizer(.tf, skips: 1).evaluate([x])[0],
      Tensor([3], [Float(2), 2, 2])
    )
    let weights: [Float] = [10, 100, 1000]
    expectClose(
      try vectorizer(.idf, weights: weights).evaluate([x])[0],
      Tensor([3], [Float(100), 10, 1000])
    )
    expectClose(
      try vectorizer(.tfidf, weights: weights).evaluate([x])[0],
      Tensor([3], [Float(200), 20, 1000])
    )
    var broken = vectorizer(.tf)
    broken.gramCounts = [0, 9]
    expectRefused(broken, [TensorType(.int64, [4])])
    expectRefused(vectorizer(.tf), [TensorType(.string, [4])])
  }

  @Test func labelsAreLookedUp() throws {
    let op = LabelEncoder(
      keys: .numbers(Tensor([3], [Float(1), .nan, 1])),
      values: .strings(["one", "none", "last"]),
      default: .string("?")
    )
    let y = try op.evaluate([Tensor([3], [Float.nan, 1, 2])])[0]
    #expect(y.strings == ["none", "last", "?"])
    expectRefused(op, [TensorType(.string, [1])])
    let classes = LabelEncoder.classes(["a", "b"], defaultString: "?", defaultInt: -1)
    expectClose(try classes.evaluate([words("b", "c")])[0], Tensor([2], [Int64(1), -1]))
    #expect(try classes.evaluate([Tensor([2], [Int64(0), 7])])[0].strings == ["a", "?"])
  }
}
