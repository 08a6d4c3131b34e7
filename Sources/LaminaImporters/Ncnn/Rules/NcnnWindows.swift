import LaminaCore

/// The numbers of the parameters that describe a window along one axis.
struct NcnnWindowAxis {
  let size: Int
  let dilation: Int?
  let stride: Int
  let before: Int
  let after: Int
}

extension NcnnLayer {
  /// Parameters of convolutions for width, height and depth.
  private static let convolutionAxes = [
    NcnnWindowAxis(size: 1, dilation: 2, stride: 3, before: 4, after: 15),
    NcnnWindowAxis(size: 11, dilation: 12, stride: 13, before: 14, after: 16),
    NcnnWindowAxis(size: 21, dilation: 22, stride: 23, before: 24, after: 17),
  ]

  /// Parameters of poolings for width, height and depth.
  private static let poolingAxes = [
    NcnnWindowAxis(size: 1, dilation: nil, stride: 2, before: 3, after: 14),
    NcnnWindowAxis(size: 11, dilation: nil, stride: 12, before: 13, after: 15),
    NcnnWindowAxis(size: 21, dilation: nil, stride: 22, before: 23, after: 16),
  ]

  /// Returns the window of a convolution over `rank` axes, the last one first in the file.
  ///
  /// What is not given for height and depth is as for the width. Pads of −233 and −234 stand for
  /// as many as keep the length.
  func convolutionWindow(rank: Int) -> Window {
    var window = self.window(Array(Self.convolutionAxes.prefix(rank)))
    if case .explicit(let before, let after) = window.padding {
      if (before + after).allSatisfy({ $0 == -233 }) { window.padding = .sameUpper }
      if (before + after).allSatisfy({ $0 == -234 }) { window.padding = .sameLower }
    }
    return window
  }

  /// Returns the window of a pooling over `rank` axes.
  ///
  /// Modes of padding: 0 as given, and a last position that only partly fits counts; 1 as given;
  /// 2 and 3 as many as keep the length, the odd one after or before.
  func poolingWindow(rank: Int) throws -> Window {
    var window = self.window(Array(Self.poolingAxes.prefix(rank)))
    switch int(5) {
    case 0: window.roundsUp = true
    case 1: break
    case 2: window.padding = .sameUpper
    case 3: window.padding = .sameLower
    default: throw NcnnUnsupported(reason: "padding mode \(int(5))")
    }
    return window
  }

  private func window(_ axes: [NcnnWindowAxis]) -> Window {
    let width = axes[0]
    let size = int(width.size)
    let dilation = width.dilation.map { int($0, default: 1) } ?? 1
    let stride = int(width.stride, default: 1)
    let before = int(width.before)
    var window = Window(size: [], strides: [], dilations: [], padding: .valid(rank: 0))
    var pads: (before: [Int], after: [Int]) = ([], [])
    for axis in axes.reversed() {
      window.size.append(int(axis.size, default: size))
      window.dilations.append(axis.dilation.map { int($0, default: dilation) } ?? 1)
      window.strides.append(int(axis.stride, default: stride))
      pads.before.append(int(axis.before, default: before))
      pads.after.append(int(axis.after, default: int(axis.before, default: before)))
    }
    window.padding = .explicit(before: pads.before, after: pads.after)
    return window
  }
}
