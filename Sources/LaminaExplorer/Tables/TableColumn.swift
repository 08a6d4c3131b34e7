import TerminalCells

/// What a column is sorted by; rows without a value come last, whichever way the table is sorted.
enum SortKey {
  case number(Double)
  case text(String)
  case none

  /// Whether this stands before another key, in rising order.
  func precedes(_ other: SortKey) -> Bool {
    switch (self, other) {
    case (.number(let left), .number(let right)): left < right
    case (.text(let left), .text(let right)): left < right
    default: false
    }
  }

  var isNone: Bool { if case .none = self { true } else { false } }
}

/// A column of a table whose rows are numbers: steps of a plan, or tensors.
protocol TableColumn: CaseIterable, Hashable, RawRepresentable where RawValue == Int {
  /// The pane that shows the table.
  static var pane: PaneID { get }
  /// The sorting before the user chooses one; `nil` for the natural order.
  static func naturalSorting(of model: ExplorerModel) -> Sorting?

  var title: String { get }
  /// The name after `:sort`.
  var name: String { get }
  /// The width, or 0 for what the others leave.
  var width: Int { get }
  var isNumber: Bool { get }
  /// Where text that is too long is cut.
  var clipping: Clipping { get }
  /// Columns of high rank are left out first where there is no room.
  var rank: Int { get }

  func text(of row: Int, in model: ExplorerModel) -> String
  /// The text for the screen, where there is little room.
  func shortText(of row: Int, in model: ExplorerModel) -> String
  func key(of row: Int, in model: ExplorerModel) -> SortKey
}

extension TableColumn {
  /// Returns rows in the order that the user has chosen.
  static func sorted(_ rows: [Int], of model: ExplorerModel) -> [Int] {
    guard
      let sorting = model.preferences.sortings[pane] ?? naturalSorting(of: model),
      let column = Self(rawValue: sorting.column)
    else { return rows }
    let keyed = rows.map { (row: $0, key: column.key(of: $0, in: model)) }
    let sorted = keyed.enumerated().sorted { left, right in
      let (a, b) = (left.element.key, right.element.key)
      if a.isNone != b.isNone { return b.isNone }
      if sorting.isDescending ? b.precedes(a) : a.precedes(b) { return true }
      if sorting.isDescending ? a.precedes(b) : b.precedes(a) { return false }
      return left.offset < right.offset
    }
    return sorted.map(\.element.row)
  }

  /// Returns the columns that fit into a width, and their widths.
  static func fitting(_ width: Int) -> [(column: Self, width: Int)] {
    var columns = Array(allCases)
    let fillMinimum = 17
    func needed() -> Int {
      columns.reduce(0) { $0 + ($1.width == 0 ? fillMinimum : $1.width) + 1 } - 1
    }
    while needed() > width, let last = columns.map(\.rank).max(), last > 0 {
      columns.removeAll { $0.rank == last }
    }
    let fixed = columns.reduce(0) { $0 + $1.width + 1 } - 1
    return columns.map { ($0, $0.width == 0 ? max(0, width - fixed) : $0.width) }
  }
}

/// A column as `:sort` and `s` see it.
struct SortColumn {
  var name: String
  var index: Int
  var isNumber: Bool
}

extension ExplorerModel {
  /// The table that `s` sorts: the one that has the keyboard, or the view's.
  var sortedPane: PaneID? {
    for pane in [focus] + view.panes where pane == .tensors || pane == .profile { return pane }
    return nil
  }

  /// The columns by which that table can be sorted.
  var sortColumns: [SortColumn] {
    func columns<Column: TableColumn>(_: Column.Type) -> [SortColumn] {
      Column.allCases.map {
        SortColumn(name: $0.name, index: $0.rawValue, isNumber: $0.isNumber)
      }
    }
    switch sortedPane {
    case .tensors: return columns(TensorColumn.self)
    case .profile: return columns(ProfileColumn.self)
    default: return []
    }
  }

  /// The sorting of a table: what was chosen, or its natural one.
  func sorting(of pane: PaneID) -> Sorting? {
    if let chosen = preferences.sortings[pane] { return chosen }
    return pane == .profile ? ProfileColumn.naturalSorting(of: self) : nil
  }
}
