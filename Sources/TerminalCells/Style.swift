/// A colour of an image, as red, green and blue bytes.
package struct RGB: Hashable, Sendable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// How bright the colour looks, from 0 to 255 (ITU-R BT.601 weights).
  package var luminance: Int {
    (299 * Int(red) + 587 * Int(green) + 114 * Int(blue)) / 1000
  }
}

/// What a cell is for; only the terminal driver knows which colours that means.
package enum Style: Hashable, Sendable {
  case body
  case dim
  case strong
  case title
  /// The row under the cursor of the pane that has the keyboard.
  case selected
  /// The row under the cursor of another pane.
  case current
  case header
  case tab
  case activeTab
  case border
  case activeBorder
  case bar
  case key
  case match
  case input
  case good
  case warning
  case error
  /// A magnitude, from 0 (cold) to 7 (hot).
  case heat(Int)
  /// One of a few kinds that are told apart by colour, counted from 0.
  case category(Int)
  /// Two pixels of an image, one above the other.
  case pixels(top: RGB, bottom: RGB)
}
