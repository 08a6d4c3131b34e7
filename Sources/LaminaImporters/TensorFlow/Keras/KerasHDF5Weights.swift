import LaminaCore
import LaminaWire

/// The weights of layers in an HDF5 file, in the forms of both of Keras' file formats.
enum KerasHDF5Weights {
  private static let weightLimit = 1_000_000
  private static let depthLimit = 32

  /// Layers that list the names of their weights, as `.h5` files have it.
  ///
  /// - Throws: ``WireError`` when the file is damaged.
  static func listed(in group: HDF5Object) throws(WireError) -> KerasWeights {
    var weights: [KerasWeights.Weight] = []
    for (layer, object) in try group.children() {
      guard let names = try texts("weight_names", object) else { continue }
      for name in names {
        let parts = name.split(separator: "/").map { part in
          part.hasSuffix(":0") ? String(part.dropLast(2)) : String(part)
        }
        guard let dataset = try object.descendant(name) else { continue }
        weights.append(weight([layer] + parts, dataset))
      }
      guard weights.count <= weightLimit else {
        throw .overLimit(what: "weights", offset: 0, limit: weightLimit)
      }
    }
    return KerasWeights(weights)
  }

  /// A list of texts; long ones are cut into several attributes with numbers.
  private static func texts(
    _ name: String,
    _ object: HDF5Object
  ) throws(WireError) -> [String]? {
    let attributes = try object.attributes()
    if let whole = attributes.first(where: { $0.name == name }) { return whole.texts ?? [] }
    var parts: [String] = []
    for number in 0..<attributes.count {
      guard let part = attributes.first(where: { $0.name == "\(name)\(number)" }) else { break }
      parts += part.texts ?? []
    }
    return parts.isEmpty ? nil : parts
  }

  /// Layers as folders of parts and variables, as `.keras` files have it.
  ///
  /// A folder is named by the class of its layer; its variables say the layer's own name, or else
  /// the order of the layers in the configuration does.
  ///
  /// - Throws: ``WireError`` when the file is damaged.
  static func foldered(
    in group: HDF5Object,
    _ architecture: JSONValue?
  ) throws(WireError) -> KerasWeights {
    var weights: [KerasWeights.Weight] = []
    try collect(group, [], architecture, depth: 0, &weights)
    return KerasWeights(weights)
  }

  private static func collect(
    _ group: HDF5Object,
    _ path: [String],
    _ config: JSONValue?,
    depth: Int,
    _ weights: inout [KerasWeights.Weight]
  ) throws(WireError) {
    guard depth < depthLimit else {
      throw .overLimit(what: "nesting of weights", offset: 0, limit: depthLimit)
    }
    for (name, object) in try group.children() where name != "optimizer" {
      switch name {
      case "vars":
        let variables = try object.children().sorted { a, b in
          (Int(a.name) ?? .max, a.name) < (Int(b.name) ?? .max, b.name)
        }
        for variable in variables {
          weights.append(weight(path + ["vars", variable.name], variable.object))
        }
        guard weights.count <= weightLimit else {
          throw .overLimit(what: "weights", offset: 0, limit: weightLimit)
        }
      case "layers", "cells":
        let numbered = folders(config)
        for (folder, layer) in try object.children() {
          let known = numbered[folder]
          let stated = try layer.descendant("vars")?.texts("name")?.first
          let own = stated ?? known?["config"]?["name"]?.string ?? folder
          try collect(layer, path + [own], known, depth: depth + 1, &weights)
        }
      default: try collect(object, path + [name], nil, depth: depth + 1, &weights)
      }
    }
  }

  /// The layers of a model by the names of their folders: class names in small letters with
  /// underscores, numbered from the second on.
  private static func folders(_ config: JSONValue?) -> [String: JSONValue] {
    var found: [String: JSONValue] = [:]
    var counts: [String: Int] = [:]
    for layer in config?["config"]?["layers"]?.elements ?? [] {
      let name = folderName(layer["class_name"]?.string ?? "")
      let count = counts[name, default: 0]
      found[count == 0 ? name : "\(name)_\(count)"] = layer
      counts[name] = count + 1
    }
    return found
  }

  /// `SeparableConv2D` → `separable_conv2d`.
  private static func folderName(_ className: String) -> String {
    var name = ""
    let letters = Array(className)
    for (index, letter) in letters.enumerated() {
      let startsWord =
        letter.isUppercase && index > 0
        && (letters[index - 1].isLowercase
          || (index + 1 < letters.count && letters[index + 1].isLowercase
            && !letters[index - 1].isNumber))
      if startsWord, !name.hasSuffix("_") { name += "_" }
      name += letter.lowercased()
    }
    return name
  }

  private static func weight(_ path: [String], _ object: HDF5Object) -> KerasWeights.Weight {
    KerasWeights.Weight(path: path) { () throws(ImportError) in
      let place = "weight \"\(SafeText.clean(path.joined(separator: "/")))\""
      do {
        guard let dataset = try object.dataset() else {
          throw ImportError.invalid(place: place, expected: "a dataset", found: "a group")
        }
        return try tensor(dataset, place)
      } catch let error as WireError {
        throw .wire(error)
      } catch let error as ImportError {
        throw error
      } catch {
        throw .invalid(place: place, expected: "a dataset", found: "\(error)")
      }
    }
  }

  private static func tensor(_ dataset: HDF5Dataset, _ place: String) throws(ImportError) -> Tensor
  {
    let dtype: DataType
    switch dataset.datatype {
    case .float(let size): dtype = size == 2 ? .float16 : size == 4 ? .float32 : .float64
    case .signed(let size):
      dtype = size == 1 ? .int8 : size == 2 ? .int16 : size == 4 ? .int32 : .int64
    case .unsigned(let size):
      dtype = size == 1 ? .uint8 : size == 2 ? .uint16 : size == 4 ? .uint32 : .uint64
    case .bool: dtype = .bool
    default: throw .unsupported(place: place, found: "elements of another kind")
    }
    let shape = Shape(dataset.shape)
    let tensor = try TFTensorReader.tensor(TensorType(dtype, shape), dataset.elements, place)
    guard dtype == .float16 || dtype == .float64 else { return tensor }
    do { return try tensor.cast(to: .float32) } catch {
      throw .invalid(place: place, expected: "floats", found: "\(error)")
    }
  }
}
