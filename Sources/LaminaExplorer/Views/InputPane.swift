import TerminalCells

/// What the model is run on: an image and what was done to it, or the drawing pad.
struct InputPane {
  let model: ExplorerModel

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    if model.showsPad {
      drawPad(in: area, on: &buffer)
    } else if let image = model.image {
      drawImage(image, in: area, on: &buffer)
    } else {
      drawNothing(in: area, on: &buffer)
    }
  }

  /// The part of the pane that the pad's sheet is in.
  static func sheet(of area: Rect) -> Rect {
    area.prefixRows(area.height > 8 ? area.height - 1 : area.height)
  }

  private func drawPad(in area: Rect, on buffer: inout CellBuffer) {
    let sheet = Self.sheet(of: area)
    PadView(pad: model.preferences.pad, hasFocus: model.focus == .input)
      .draw(in: sheet, on: &buffer)
    guard sheet.height < area.height else { return }
    let pen = model.preferences.pad.isDown ? "pen down" : "pen up"
    buffer.write("\(pen)  x erase  X new", in: area.row(area.height - 1), .dim)
  }

  private func drawImage(_ image: ImageFacts, in area: Rect, on buffer: inout CellBuffer) {
    let lines =
      ["\(image.name) \(image.size.width)x\(image.size.height)"]
      + image.preprocessing.flatMap { wrapped($0, to: area.width) }
    let textHeight = area.height >= 10 ? min(lines.count, area.height / 2) : 0
    let picture = Picture(pixels: image.pixels, size: image.pixelSize)
    let place = area.prefixRows(area.height - textHeight)
    let fitted = picture.fitted(in: place)
    picture.draw(in: place, on: &buffer)
    let text = area.droppingRows(min((fitted.height + 1) / 2, place.height))
    for (row, line) in lines.prefix(text.height).enumerated() {
      buffer.write(line, in: text.row(row), row == 0 ? .body : .dim)
    }
  }

  private func drawNothing(in area: Rect, on buffer: inout CellBuffer) {
    guard let tensor = model.inputTensor else { return }
    let lines = [
      "No image.", "o opens one; without, the model",
      "runs on made-up values.", "",
      "input \(leafName(of: tensor.name))", "\(tensor.shapeText) \(tensor.dtype)",
    ]
    for (row, line) in lines.prefix(area.height).enumerated() {
      buffer.write(line, in: area.row(row), .dim)
    }
  }
}

extension ImageFacts {
  /// The last part of the path.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

extension ExplorerModel {
  /// Whether the Run view's input is the drawing pad.
  package var showsPad: Bool { usesPad && model?.pad != nil }
}
