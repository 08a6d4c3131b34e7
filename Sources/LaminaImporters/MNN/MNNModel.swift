import LaminaCore
import LaminaWire

/// An MNN network as its file has it.
struct MNNModel {
  let operators: [MNNOperator]
  let tensorNames: [String]
  /// What the network gives; those that nothing reads where there are none.
  let outputNames: [String]
  /// How codes stand for numbers, by tensor, in networks that were quantized.
  let quantizations: [Int: MNNQuantization]
  let version: String?
  let subgraphs: [MNNSubgraph]
}

/// A graph that control flow refers to by name.
struct MNNSubgraph {
  let name: String
  let inputs: [Int]
  let outputs: [Int]
  let tensorNames: [String]
  let operators: [MNNOperator]
}

/// One operator.
struct MNNOperator {
  let index: Int
  let type: String
  let name: String
  let inputs: [Int]
  let outputs: [Int]
  /// The parameters; their table follows from the type.
  let main: FlatTable?
  let mainType: Int
  let defaultFormat: MNNDataFormat

  /// Where the operator is, for messages.
  var place: String { "operator \(index) \(type) \(name)" }
}

/// The order of a tensor's axes.
enum MNNDataFormat: Int {
  case nchw = 0
  case nhwc
  /// Channels in blocks of four in memory; to a reader the axes are N×C×H×W.
  case nc4hw4
  case nhwc4
  case unknown

  var isChannelsLast: Bool { self == .nhwc || self == .nhwc4 }
}

/// How whole numbers stand for a tensor's elements.
struct MNNQuantization {
  let scale: Float
  let zeroPoint: Int
  let isByte: Bool

  /// The type of codes of any shape.
  var type: TensorType {
    let quantization = Quantization(scale: scale, zeroPoint: zeroPoint)
    return TensorType(.int8, .unranked, quantization: quantization)
  }
}
