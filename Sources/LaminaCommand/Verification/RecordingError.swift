import LaminaCore
import LaminaWire

/// What is wrong with recorded test data, or how it does not suit its model.
package enum RecordingError: Error, Sendable, Equatable {
  case missingFile(String)
  case badDescription(path: String, JSONError)
  case elementType(path: String, found: String, expected: DataType)
  case stepsDoNotFit(steps: [Int], shape: Shape)
  case unknownInput(String)
  case outputCount(recorded: Int, found: Int)
  case noInputs(String)
  case noOutputs(String)
}

extension RecordingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missingFile(let path): "\(path) is missing"
    case .badDescription(let path, let error): "\(path): \(error)"
    case .elementType(let path, let found, let expected):
      "\(path): elements of type \(found), expected \(expected.name)"
    case .stepsDoNotFit(let steps, let shape):
      "every \(steps)-th element was recorded, which does not suit shape \(shape)"
    case .unknownInput(let name): "the recorded input \(name) is not one of the model's"
    case .outputCount(let recorded, let found):
      "\(recorded) outputs are recorded, the model gives \(found)"
    case .noInputs(let path): "\(path) has no input_0 as .npy or .pb"
    case .noOutputs(let path): "\(path) has no output_0 as .npy or .pb"
    }
  }
}
