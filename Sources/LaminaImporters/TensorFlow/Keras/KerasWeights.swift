import LaminaCore

/// Weights under paths of names, in the order in which layers made them.
struct KerasWeights {
  struct Weight {
    /// The names of models, layers and parts, and at last of the weight.
    var path: [String]
    var load: () throws(ImportError) -> Tensor
  }

  private(set) var weights: [Weight]

  init(_ weights: [Weight] = []) {
    // States of random numbers lie among the weights of layers that drop some.
    self.weights = weights.filter { weight in
      !weight.path.contains { $0.contains("seed_generator") }
    }
  }

  var isEmpty: Bool { weights.isEmpty }

  /// The weights of a layer or model, by paths from there.
  ///
  /// Old versions number the names once more: `conv2d_1` has weights below `conv2d_1_1`.
  func below(_ name: String) -> KerasWeights {
    let own = weights.compactMap { weight -> Weight? in
      guard let index = weight.path.dropLast().firstIndex(of: name) else { return nil }
      return Weight(path: Array(weight.path[(index + 1)...]), load: weight.load)
    }
    if !own.isEmpty { return KerasWeights(own) }
    return KerasWeights(
      weights.compactMap { weight in
        let index = weight.path.dropLast().firstIndex { part in
          part.hasPrefix(name + "_") && part.dropFirst(name.count + 1).allSatisfy(\.isNumber)
        }
        return index.map { Weight(path: Array(weight.path[($0 + 1)...]), load: weight.load) }
      }
    )
  }

  /// The weights of a part that is known by one of several names or beginnings of names.
  func part(_ names: [String], prefixes: [String] = []) -> KerasWeights {
    KerasWeights(
      weights.filter { weight in
        weight.path.contains { part in
          names.contains(part) || prefixes.contains { part.hasPrefix($0) }
        }
      }
    )
  }
}
