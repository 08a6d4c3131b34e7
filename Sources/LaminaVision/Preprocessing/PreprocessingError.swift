import LaminaCore

/// Why a picture cannot be given to a model.
package enum PreprocessingError: Error, Sendable, Equatable {
  /// The input's shape cannot be read as a picture.
  case notAPicture(Shape)
  /// Height or width of the input are left open by the model.
  case openSize(Shape)
  /// The input's elements cannot hold pixels.
  case elementType(DataType)
  /// An option names as many values as neither one nor the channels.
  case wrongCount(option: String, expected: Int, found: Int)
  /// An order of channels that does not suit the number of channels.
  case wrongChannels(ChannelOrder, channelCount: Int)
}

extension PreprocessingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAPicture(let shape):
      "the input of shape \(shape) does not look like a picture; give an array instead"
    case .openSize(let shape):
      "the model leaves the size of the picture open (\(shape)); give it with --shape"
    case .elementType(let dtype):
      "an input of type \(dtype.name) does not take a picture"
    case .wrongCount(let option, let expected, let found):
      "\(option) needs 1 value"
        + (expected == 1 ? "" : " or \(expected)") + " (one a channel), \(found) given"
    case .wrongChannels(let order, let count):
      "channels \(order.rawValue) do not suit an input with \(count) channel\(count == 1 ? "" : "s")"
    }
  }
}
