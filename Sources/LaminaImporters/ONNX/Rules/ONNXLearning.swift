import LaminaCore
import LaminaOperators

extension ONNXImporter {
  static let learningDomain = "ai.onnx.ml"

  /// Classic machine learning: features, encoders, linear and kernel models.
  static let learning: [Rule] = [
    Rule("ArrayFeatureExtractor", domain: learningDomain) { _ in ArrayFeatureExtractor() },
    Rule("Binarizer", domain: learningDomain) { node in
      Binarizer(threshold: try node.double("threshold", default: 0))
    },
    Rule("CategoryMapper", domain: learningDomain) { node in
      CategoryMapper(
        strings: try node.strings("cats_strings", default: []),
        ints: try node.ints("cats_int64s", default: []),
        defaultString: try node.string("default_string", default: "_Unused"),
        defaultInt: try node.int("default_int64", default: -1)
      )
    },
    Rule("CastMap", domain: learningDomain) { node in
      CastMap(
        to: try node.choice(
          "cast_to",
          default: "TO_FLOAT",
          of: ["TO_FLOAT": .float32, "TO_STRING": .string, "TO_INT64": .int64]
        ),
        length: try node.string("map_form", default: "DENSE") == "SPARSE"
          ? node.int("max_map", default: 1) : nil
      )
    },
    Rule("DictVectorizer", domain: learningDomain) { node in
      DictVectorizer(
        vocabulary: try node.strings("string_vocabulary").map { .strings($0) }
          ?? .ints(node.ints("int64_vocabulary", default: []))
      )
    },
    Rule("FeatureVectorizer", domain: learningDomain) { node in
      FeatureVectorizer(lengths: try node.ints("inputdimensions", default: []))
    },
    Rule("Imputer", domain: learningDomain) { node in try imputer(node) },
    Rule("LabelEncoder", domain: learningDomain, since: 2) { node in try labelEncoder(node) },
    Rule("LabelEncoder", domain: learningDomain) { node in
      LabelEncoder.classes(
        try node.strings("classes_strings", default: []),
        defaultString: try node.string("default_string", default: "_Unused"),
        defaultInt: try node.int("default_int64", default: -1)
      )
    },
    Rule("LinearClassifier", domain: learningDomain) { node in
      LinearClassifier(
        coefficients: try node.floats("coefficients", default: []),
        intercepts: try node.floats("intercepts", default: []),
        labels: try classLabels(node, ints: "classlabels_ints"),
        transform: try postTransform(node)
      )
    },
    Rule("LinearRegressor", domain: learningDomain) { node in
      LinearRegressor(
        coefficients: try node.floats("coefficients", default: []),
        intercepts: try node.floats("intercepts", default: []),
        targetCount: try node.int("targets", default: 1),
        transform: try postTransform(node)
      )
    },
    Rule("Normalizer", domain: learningDomain) { node in
      Normalizer(
        try node.choice("norm", default: "MAX", of: ["MAX": .max, "L1": .l1, "L2": .l2])
      )
    },
    Rule("OneHotEncoder", domain: learningDomain) { node in
      CategoryOneHot(
        categories: try node.strings("cats_strings").map { .strings($0) }
          ?? .ints(node.ints("cats_int64s", default: [])),
        zeros: try node.bool("zeros", default: true)
      )
    },
    Rule("Scaler", domain: learningDomain) { node in
      Scaler(
        offset: try node.floats("offset", default: []).map(Double.init),
        scale: try node.floats("scale", default: []).map(Double.init)
      )
    },
    Rule("SVMClassifier", domain: learningDomain) { node in
      SVMClassifier(
        kernel: try kernel(node),
        coefficients: try node.floats("coefficients", default: []),
        supportVectors: try node.floats("support_vectors", default: []),
        vectorsPerClass: try node.ints("vectors_per_class", default: []),
        rho: try node.floats("rho", default: []),
        probA: try node.floats("prob_a", default: []),
        probB: try node.floats("prob_b", default: []),
        labels: try classLabels(node, ints: "classlabels_ints"),
        transform: try postTransform(node)
      )
    },
    Rule("SVMRegressor", domain: learningDomain) { node in
      SVMRegressor(
        kernel: try kernel(node),
        coefficients: try node.floats("coefficients", default: []),
        supportVectors: try node.floats("support_vectors", default: []),
        vectorCount: try node.int("n_supports", default: 0),
        rho: try node.floats("rho", default: []),
        isOneClass: try node.bool("one_class", default: false),
        transform: try postTransform(node)
      )
    },
    Rule("ZipMap", domain: learningDomain) { node in
      ZipMap(
        keys: try node.strings("classlabels_strings").map { .strings($0) }
          ?? .ints(node.ints("classlabels_int64s", default: []))
      )
    },
  ]

  static func postTransform(_ node: ONNXNode) throws -> PostTransform {
    try node.choice(
      "post_transform",
      default: "NONE",
      of: [
        "NONE": .none, "SOFTMAX": .softmax, "LOGISTIC": .logistic, "SOFTMAX_ZERO": .softmaxZero,
        "PROBIT": .probit,
      ]
    )
  }

  static func classLabels(_ node: ONNXNode, ints: String) throws -> ClassLabels {
    if let strings = try node.strings("classlabels_strings"), !strings.isEmpty {
      return .strings(strings)
    }
    return .ints(try node.ints(ints, default: []))
  }

  private static func kernel(_ node: ONNXNode) throws -> SVMKernel {
    let parameters = try node.floats("kernel_params", default: [])
    func parameter(_ index: Int) -> Double {
      index < parameters.count ? Double(parameters[index]) : 0
    }
    return SVMKernel(
      kind: try node.choice(
        "kernel_type",
        default: "LINEAR",
        of: ["LINEAR": .linear, "POLY": .poly, "RBF": .rbf, "SIGMOID": .sigmoid]
      ),
      gamma: parameter(0),
      coef0: parameter(1),
      degree: parameter(2)
    )
  }

  private static func imputer(_ node: ONNXNode) throws -> Imputer {
    if let values = try node.floats("imputed_value_floats"), !values.isEmpty {
      return Imputer(
        values: .floats(values),
        replaced: try node.double("replaced_value_float", default: 0)
      )
    }
    return Imputer(
      values: .ints(try node.ints("imputed_value_int64s", default: [])),
      replaced: Double(try node.int("replaced_value_int64", default: 0))
    )
  }

  /// Keys and values come in one of four attributes each.
  private static func labelEncoder(_ node: ONNXNode) throws -> LabelEncoder {
    let values = try labels("values", of: node)
    return LabelEncoder(
      keys: try labels("keys", of: node),
      values: values,
      default: try defaultLabel(for: values, of: node)
    )
  }

  private static func labels(_ prefix: String, of node: ONNXNode) throws -> LabelEncoder.Labels {
    if let strings = try node.strings("\(prefix)_strings") { return .strings(strings) }
    if let ints = try node.ints("\(prefix)_int64s") {
      return .numbers(Tensor([ints.count], ints.map(Int64.init)))
    }
    if let floats = try node.floats("\(prefix)_floats") {
      return .numbers(Tensor([floats.count], floats))
    }
    guard let tensor = try node.tensor("\(prefix)_tensor") else {
      throw node.invalid("\(prefix)_tensor", found: "none", expected: "a list of labels")
    }
    return tensor.dtype == .string ? .strings(tensor.strings) : .numbers(tensor)
  }

  private static func defaultLabel(
    for values: LabelEncoder.Labels,
    of node: ONNXNode
  ) throws -> LabelEncoder.Label {
    if let tensor = try node.tensor("default_tensor") {
      return tensor.strings.first.map { .string($0) } ?? .number(tensor)
    }
    switch values {
    case .strings:
      return .string(try node.string("default_string", default: "_Unused"))
    case .numbers(let tensor) where tensor.dtype.isFloatingPoint:
      return .number(Tensor(scalar: try node.float("default_float", default: -0.0)))
    case .numbers:
      return .number(Tensor(scalar: Int64(try node.int("default_int64", default: -1))))
    }
  }
}
