import LaminaCore
import LaminaOperators

/// An operator on image tensors that says which axis holds the channels.
protocol LayoutOperator: Operator {
  var layout: ChannelLayout { get set }
}

/// The operators of this kind.
let layoutOperators: [any Operator.Type] = [
  Conv.self, ConvTranspose.self, MaxPool.self, AveragePool.self, LpPool.self, GlobalPool.self,
  LRN.self, InstanceNorm.self, DepthToSpace.self, SpaceToDepth.self,
]

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
