/// A text with `*` for any characters and `?` for one.
package struct Pattern: Hashable, Sendable {
  private let characters: [Character]

  package init(_ text: String) { characters = Array(text) }

  /// Whether the whole text has this form; takes at most time proportional to both lengths' product.
  package func matches(_ text: String) -> Bool {
    let text = Array(text)
    var (position, index) = (0, 0)
    var star: (index: Int, position: Int)?
    while position < text.count {
      if index < characters.count, characters[index] == "*" {
        star = (index, position)
        index += 1
      } else if index < characters.count,
        characters[index] == "?" || characters[index] == text[position]
      {
        position += 1
        index += 1
      } else if let last = star {
        star = (last.index, last.position + 1)
        index = last.index + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    return characters[index...].allSatisfy { $0 == "*" }
  }
}
