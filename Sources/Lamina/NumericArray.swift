import LaminaCore

/// An array of numbers that goes into a model or comes out of it.
public struct NumericArray: Sendable {
  package let tensor: Tensor

  package init(_ tensor: Tensor) { self.tensor = tensor }

  /// Makes an array of 32-bit floats.
  ///
  /// - Parameters:
  ///   - shape: lengths along the axes.
  ///   - elements: in row-major order.
  /// - Throws: an error when there are more or fewer elements than the shape has positions.
  public init(shape: [Int], _ elements: [Float]) throws {
    tensor = try Tensor([elements.count], elements).reshaped(to: Shape(shape))
  }

  /// Makes an array of bytes.
  ///
  /// - Parameters:
  ///   - shape: lengths along the axes.
  ///   - elements: in row-major order.
  /// - Throws: an error when there are more or fewer elements than the shape has positions.
  public init(shape: [Int], _ elements: [UInt8]) throws {
    tensor = try Tensor([elements.count], elements).reshaped(to: Shape(shape))
  }

  /// Makes an array of signed 64-bit integers.
  ///
  /// - Parameters:
  ///   - shape: lengths along the axes.
  ///   - elements: in row-major order.
  /// - Throws: an error when there are more or fewer elements than the shape has positions.
  public init(shape: [Int], _ elements: [Int64]) throws {
    tensor = try Tensor([elements.count], elements).reshaped(to: Shape(shape))
  }

  /// Lengths along the axes.
  public var shape: [Int] { tensor.shape.dims }

  /// The element type by its NumPy name, such as "float32".
  public var elementType: String { tensor.dtype.name }

  /// The elements as floats; codes of a quantized array as the numbers they stand for.
  ///
  /// - Returns: the elements in row-major order.
  /// - Throws: an error when the elements are not real numbers.
  public func floats() throws -> [Float] { try tensor.dequantized().floats() }
}
