import TerminalCells

/// The columns of the tensor table.
enum TensorColumn: Int, TableColumn {
  case name
  case role
  case shape
  case dtype
  case bytes
  case minimum
  case maximum
  case mean
  case deviation
  case zeros
  case invalid

  static let pane = PaneID.tensors

  static func naturalSorting(of model: ExplorerModel) -> Sorting? { nil }

  var title: String {
    switch self {
    case .name: "tensor"
    case .role: "role"
    case .shape: "shape"
    case .dtype: "dtype"
    case .bytes: "bytes"
    case .minimum: "min"
    case .maximum: "max"
    case .mean: "mean"
    case .deviation: "std"
    case .zeros: "zeros"
    case .invalid: "NaN/Inf"
    }
  }

  var name: String { self == .invalid ? "nan" : title == "tensor" ? "name" : title }

  var width: Int {
    switch self {
    case .name: 0
    case .role: 10
    case .shape: 15
    case .dtype: 8
    case .bytes: 7
    case .minimum, .maximum, .mean, .deviation: 8
    case .zeros: 6
    case .invalid: 7
    }
  }

  var isNumber: Bool {
    switch self {
    case .name, .role, .shape, .dtype: false
    default: true
    }
  }

  var clipping: Clipping { self == .name ? .middle : .tail }

  var rank: Int {
    switch self {
    case .name: 0
    case .shape: 1
    case .dtype: 2
    case .bytes: 3
    case .minimum, .maximum: 4
    case .role: 5
    case .mean: 6
    case .deviation: 7
    case .zeros: 8
    case .invalid: 9
    }
  }

  func text(of row: Int, in model: ExplorerModel) -> String {
    guard let facts = model.model?.tensors[row] else { return "" }
    switch self {
    case .name: return facts.name
    case .role: return facts.role.rawValue
    case .shape: return facts.shapeText
    case .dtype: return facts.dtype
    case .bytes: return facts.byteCount.map(byteText) ?? "?"
    default: return statisticText(model.statistics[row])
    }
  }

  func shortText(of row: Int, in model: ExplorerModel) -> String {
    let text = text(of: row, in: model)
    guard self == .name, text.hasPrefix(model.outline.prefix) else { return text }
    return String(text.dropFirst(model.outline.prefix.count))
  }

  private func statisticText(_ statistics: TensorStatistics?) -> String {
    guard let statistics else { return "·" }
    switch self {
    case .minimum: return valueText(statistics.minimum)
    case .maximum: return valueText(statistics.maximum)
    case .mean: return valueText(statistics.mean)
    case .deviation: return valueText(statistics.deviation)
    case .zeros: return percentText(statistics.zeroShare)
    case .invalid:
      let count = statistics.nanCount + statistics.infinityCount
      return count == 0 ? "0" : "\(countText(count)) !"
    default: return ""
    }
  }

  func key(of row: Int, in model: ExplorerModel) -> SortKey {
    guard let facts = model.model?.tensors[row] else { return .none }
    switch self {
    case .name: return .text(facts.name)
    case .role: return .text(facts.role.rawValue)
    case .shape:
      return facts.shape.map { .number($0.reduce(1.0) { $0 * Double($1 ?? 1) }) } ?? .none
    case .dtype: return .text(facts.dtype)
    case .bytes: return facts.byteCount.map { .number(Double($0)) } ?? .none
    default: return statisticKey(model.statistics[row])
    }
  }

  private func statisticKey(_ statistics: TensorStatistics?) -> SortKey {
    guard let statistics else { return .none }
    switch self {
    case .minimum: return .number(statistics.minimum)
    case .maximum: return .number(statistics.maximum)
    case .mean: return .number(statistics.mean)
    case .deviation: return .number(statistics.deviation)
    case .zeros: return .number(statistics.zeroShare)
    default: return .number(Double(statistics.nanCount + statistics.infinityCount))
    }
  }
}

extension TensorStatistics {
  /// The part of the values that are zero, from 0 to 1.
  var zeroShare: Double { count == 0 ? 0 : Double(zeroCount) / Double(count) }
}
