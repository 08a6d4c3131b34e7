import Testing

import LaminaVision

@Suite("Classes and their names") struct ClassificationTests {
  @Test("the greatest scores come first, and of equals the lowest index")
  func ordersScores() {
    let top = ClassScore.top(4, of: [0.1, .nan, 0.5, 0.5, -1, 0.9], labels: nil)
    #expect(top.map(\.index) == [5, 2, 3, 0])
    #expect(top.map(\.score) == [0.9, 0.5, 0.5, 0.1])
    #expect(ClassScore.top(9, of: [.nan, 1], labels: nil).map(\.index) == [1, 0])
    #expect(ClassScore.top(3, of: [], labels: nil).isEmpty)
    #expect(ClassScore.top(-1, of: [1], labels: nil).isEmpty)
  }

  @Test("names come from lines, without what a terminal would act on")
  func parsesLines() {
    let labels = Labels(
      parsing: Array("cat\r\ndog \u{1B}[31mred\n\nowl\n\n".utf8),
      source: .file("a.txt")
    )
    #expect(labels.names == ["cat", "dog [31mred", "", "owl"])
    #expect(labels[0] == "cat")
    #expect(labels[2] == nil)
    #expect(labels[4] == nil)
    #expect(labels[-1] == nil)
  }

  @Test("a thousand classes are taken for ImageNet's, and that is called a guess")
  func guessesImageNet() throws {
    let labels = try #require(Labels.guess(classCount: 1000))
    #expect(labels.names.count == 1000)
    #expect(labels[0] == "tench")
    #expect(labels[281] == "tabby")
    #expect(labels[999] == "toilet tissue")
    #expect(labels.source.description.contains("guess"))
    let shifted = try #require(Labels.guess(classCount: 1001))
    #expect(shifted[0] == "background")
    #expect(shifted[286] == "Egyptian cat")
    #expect(Labels.guess(classCount: 999) == nil)
  }

  @Test("names of the thousand classes repeat only where two classes share a word")
  func repeatsOnlyKnownNames() {
    let counts = Dictionary(ImageNetLabels.names.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(Set(counts.filter { $0.value > 1 }.keys) == ["crane", "maillot"])
  }

  @Test("labels are looked for beside the model by its name first")
  func looksBesideModel() {
    #expect(Labels.fileNames(besideModel: "net").prefix(2) == ["net.labels.txt", "net_labels.txt"])
    #expect(Labels.fileNames(besideModel: "net").contains("labels.txt"))
  }
}
