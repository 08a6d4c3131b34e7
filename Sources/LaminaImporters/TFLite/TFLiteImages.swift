import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Operators on pictures and boxes, and spectra.
  static let images: [TFLiteRule] = [
    TFLiteRule("RESIZE_BILINEAR") { node in
      try node.requireInputs(2...2)
      return ResizeBilinear(alignsCorners: try node.bool(2), halfPixelCenters: try node.bool(3))
    },
    TFLiteRule("RESIZE_NEAREST_NEIGHBOR") { node in
      try node.requireInputs(2...2)
      return ResizeNearestNeighbor(
        alignsCorners: try node.bool(0),
        halfPixelCenters: try node.bool(1)
      )
    },
    TFLiteRule("NON_MAX_SUPPRESSION_V4") { _ in SingleClassNonMaxSuppression(isSoft: false) },
    TFLiteRule("NON_MAX_SUPPRESSION_V5") { _ in SingleClassNonMaxSuppression(isSoft: true) },
    TFLiteRule("RFFT2D") { _ in RFFT2D() },
  ]
}
