import LaminaCore

/// Every operator, one line each; the families' lists stand beside their files.
package enum OperatorCatalog {
  package static let operators: [any Operator.Type] =
    convolution + pooling + normalization + linear + quantization + recurrent + image + signal
    + elementwise + reduction + movement + generation + controlFlow + sequences + text
    + learning + training + resources
}
