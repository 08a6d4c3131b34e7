/// The names of outputs, by which functions refer to them.
enum TFOutputNames {
  /// Operators with more than one named output of one tensor each.
  private static let names: [String: [String]] = [
    "FusedBatchNorm": ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"],
    "FusedBatchNormV2": [
      "y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2",
    ],
    "FusedBatchNormV3": [
      "y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3",
    ],
    "TopK": ["values", "indices"],
    "TopKV2": ["values", "indices"],
    "Unique": ["y", "idx"],
    "UniqueV2": ["y", "idx"],
    "UniqueWithCounts": ["y", "idx", "count"],
    "Switch": ["output_false", "output_true"],
    "RefSwitch": ["output_false", "output_true"],
    "Merge": ["output", "value_index"],
    "RefMerge": ["output", "value_index"],
    "MaxPoolWithArgmax": ["output", "argmax"],
    "NonMaxSuppressionV4": ["selected_indices", "valid_outputs"],
    "NonMaxSuppressionV5": ["selected_indices", "selected_scores", "valid_outputs"],
    "CombinedNonMaxSuppression": [
      "nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections",
    ],
    "TensorArrayV3": ["handle", "flow"],
    "TensorListPopBack": ["output_handle", "tensor"],
    "QuantizeV2": ["output", "output_min", "output_max"],
    "QuantizedConv2D": ["output", "min_output", "max_output"],
    "QuantizedMatMul": ["out", "min_out", "max_out"],
    "QuantizedRelu": ["activations", "min_activations", "max_activations"],
    "QuantizedRelu6": ["activations", "min_activations", "max_activations"],
    "QuantizedReshape": ["output", "output_min", "output_max"],
    "Requantize": ["output", "output_min", "output_max"],
    "RequantizationRange": ["output_min", "output_max"],
    "BlockLSTM": ["i", "cs", "f", "o", "ci", "co", "h"],
    "LSTMBlockCell": ["i", "cs", "f", "o", "ci", "co", "h"],
    "Moments": ["mean", "variance"],
    "ListDiff": ["out", "idx"],
  ]

  /// Returns the number of the first tensor of a named output.
  static func offset(of output: String, op: String) -> Int {
    names[op]?.firstIndex(of: output) ?? 0
  }
}
