/// The arithmetic of one evaluation of an operator.
///
/// Bytes follow from the types of its values.
package struct Cost: Equatable, Sendable {
  /// Multiply-accumulates of matrix products and convolutions.
  package var macs: Int
  /// Other arithmetic operations.
  package var operations: Int

  package init(macs: Int = 0, operations: Int = 0) {
    self.macs = macs
    self.operations = operations
  }

  package static let none = Cost()

  /// So many operations for each element of the outputs.
  package static func elementwise(_ outputs: [TensorType], operationsPerElement: Int) -> Cost {
    var cost = Cost()
    for output in outputs {
      cost.operations &+= (output.shape.elementCount ?? 0) &* operationsPerElement
    }
    return cost
  }

  /// A product of lengths, kept at the largest number when it overflows.
  package static func macs(_ lengths: Int...) -> Cost {
    var product = 1
    for length in lengths {
      let (next, overflow) = product.multipliedReportingOverflow(by: max(length, 0))
      product = overflow ? .max : next
    }
    return Cost(macs: product)
  }

  package static func + (a: Cost, b: Cost) -> Cost {
    Cost(macs: a.macs &+ b.macs, operations: a.operations &+ b.operations)
  }
}

/// How close two implementations of one operator, or a graph before and after a pass, must be.
package enum Exactness: Comparable, Sendable {
  /// The same bits.
  case exact
  /// The same up to the order of floating-point operations; one quantum for quantized outputs.
  case rounding
  /// Close by a stated measure of the operator or pass.
  case approximate
}

/// One attribute of an operator as a person reads it.
package struct Attribute: Equatable, Sendable {
  package var name: String
  package var value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }

  /// The text of an attribute's value; `nil` for one that is absent.
  static func text(of value: Any) -> String? {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional {
      return mirror.children.first.flatMap { text(of: $0.value) }
    }
    if let array = value as? [Any] {
      let shown = array.prefix(16).compactMap(text(of:)).joined(separator: ", ")
      return array.count > 16 ? "[\(shown), … \(array.count) in all]" : "[\(shown)]"
    }
    if let tensor = value as? Tensor { return "\(tensor.type)" }
    return String(describing: value)
  }
}
