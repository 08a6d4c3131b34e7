import Lamina
import LaminaCore
import LaminaVision

/// What a model runs on when nothing, or not everything, was given.
package struct ModelInputs {
  package let model: Model
  /// Values that were given as arrays, by position.
  package let given: [Int: Datum]
  /// Shapes that the user fixes, by name.
  package let shapes: [String: [Int]]

  package init(model: Model, given: [Int: Datum], shapes: [String: [Int]]) {
    self.model = model
    self.given = given
    self.shapes = shapes
  }

  /// The names of the inputs that would be filled with noise.
  package func missingNames(except position: Int? = nil) -> [String] {
    model.graph.inputs.indices.filter { given[$0] == nil && $0 != position }
      .map { model.graph[model.graph.inputs[$0]].name }
  }

  /// Returns a value for every input: as given, the picture, and noise for the rest.
  ///
  /// - Parameter image: A picture, already a tensor, and its position.
  /// - Returns: Values in the order of the model's inputs.
  /// - Throws: ``ShapeError`` for an input that cannot be made up.
  package func values(image: (position: Int, tensor: Tensor)? = nil) throws -> [Datum] {
    try model.graph.inputs.enumerated().map { position, id in
      if let image, image.position == position { return .tensor(image.tensor) }
      if let datum = given[position] { return datum }
      let value = model.graph[id]
      var type = value.type
      if let shape = shapes[value.name], var tensor = type.tensor {
        tensor.shape = Shape(shape)
        type = .tensor(tensor)
      }
      return try InputValues.noise(type, seed: position + 1)
    }
  }
}
