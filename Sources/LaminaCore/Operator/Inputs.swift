/// What an operator is given, by position; an optional input that is left out is absent.
package struct Inputs<Element: Sendable>: Sendable {
  package let elements: [Element?]

  package init(_ elements: [Element?]) { self.elements = elements }

  /// The number of positions, absent ones counted.
  package var count: Int { elements.count }

  /// The inputs that are present, in order.
  package var present: [Element] { elements.compactMap { $0 } }

  /// The input at a position.
  ///
  /// - Throws: ``ShapeError/missingInput(_:)`` when it is absent.
  package subscript(_ index: Int) -> Element {
    get throws(ShapeError) {
      guard let element = optional(index) else { throw .missingInput(index) }
      return element
    }
  }

  /// The input at a position, or `nil` when it is absent.
  package func optional(_ index: Int) -> Element? {
    index < elements.count ? elements[index] : nil
  }

  /// The input of an operator that has one.
  ///
  /// - Throws: ``ShapeError/wrongInputCount(expected:found:)`` when there are none or more.
  package func only() throws(ShapeError) -> Element {
    guard elements.count == 1, let element = elements[0] else {
      throw .wrongInputCount(expected: "1", found: present.count)
    }
    return element
  }

  /// The inputs, all of which must be present, between `range` of them.
  package func all(_ range: ClosedRange<Int>) throws(ShapeError) -> [Element] {
    let all = present
    guard all.count == elements.count, range.contains(all.count) else {
      throw .wrongInputCount(
        expected: "\(range.lowerBound) to \(range.upperBound)",
        found: all.count
      )
    }
    return all
  }
}

extension Inputs: ExpressibleByArrayLiteral {
  package init(arrayLiteral elements: Element?...) { self.init(elements) }
}

package typealias TypeInputs = Inputs<TensorType>
package typealias TensorInputs = Inputs<Tensor>

extension Inputs where Element == TensorType {
  /// The whole numbers that a constant input holds.
  ///
  /// - Throws: ``ShapeError/dependsOnData`` when the contents are not known before the run.
  package func ints(_ index: Int) throws(ShapeError) -> [Int] {
    guard let contents = try self[index].contents else { throw .dependsOnData }
    do { return try contents.ints() } catch {
      throw .wrongElementType(expected: "whole numbers", found: contents.dtype)
    }
  }
}

extension Inputs where Element == Tensor {
  /// The types of the inputs, with their contents.
  package var types: TypeInputs {
    TypeInputs(
      elements.map { tensor in
        tensor.map { TensorType($0.dtype, $0.shape, quantization: $0.quantization, contents: $0) }
      }
    )
  }
}
