import LaminaCore

extension OperatorCatalog {
  package static let image: [any Operator.Type] = [
    Resize.self, Upsample.self, ResizeBilinear.self, ResizeNearestNeighbor.self, GridSample.self,
    ImageDecoder.self, AffineGrid.self, RoiAlign.self, NonMaxSuppression.self,
    SingleClassNonMaxSuppression.self,
    DetectionPostProcess.self, DepthToSpace.self, SpaceToDepth.self, Crop.self, ImageScaler.self,
    PriorBox.self, DetectionOutput.self,
    YoloDetection.self,
  ]
}
