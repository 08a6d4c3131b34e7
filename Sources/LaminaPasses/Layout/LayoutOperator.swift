import LaminaCore
import LaminaOperators

/// An operator on image tensors that says which axis holds the channels.
protocol LayoutOperator: Operator {
  var layout: ChannelLayout { get set }
}

extension Conv: LayoutOperator {}
extension ConvTranspose: LayoutOperator {}
extension MaxPool: LayoutOperator {}
extension AveragePool: LayoutOperator {}
extension LpPool: LayoutOperator {}
extension GlobalPool: LayoutOperator {}
extension LRN: LayoutOperator {}
extension InstanceNorm: LayoutOperator {}
extension DepthToSpace: LayoutOperator {}
extension SpaceToDepth: LayoutOperator {}
