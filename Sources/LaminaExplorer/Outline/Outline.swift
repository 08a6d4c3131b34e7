/// The operators of a graph as a folding tree.
package struct Outline: Hashable, Sendable {
  /// A line of the tree.
  package enum Item: Hashable, Sendable {
    case group(Int)
    case node(Int)
  }

  /// Operators that are folded together.
  package struct Group: Hashable, Sendable {
    package var name: String
    package var items: [Item]
    /// All operators in the group and in groups inside of it, in the graph's order.
    package var nodes: [Int]
    package var parent: Int?
  }

  package private(set) var groups: [Group] = []
  package private(set) var roots: [Item] = []
  /// What all names begin with, which tells nothing apart.
  package private(set) var prefix = ""
  private var groupOfNode: [Int: Int] = [:]

  package init() {}

  /// Arranges operators by the scopes in their names or, where names say too little, by the
  /// structure that repeats.
  package init(_ nodes: [NodeFacts]) {
    let tree = scopeTree(of: nodes) ?? repetitionTree(of: nodes)
    prefix = commonScopes(of: nodes.map(\.name)).map { $0 + "/" }.joined()
    roots = tree.map { add($0, parent: nil) }
  }

  /// Returns the group that a node lies in directly.
  package func group(of node: Int) -> Int? { groupOfNode[node] }

  /// Returns the group that an item lies in directly.
  package func parent(of item: Item) -> Int? {
    switch item {
    case .group(let group): groups.indices.contains(group) ? groups[group].parent : nil
    case .node(let node): groupOfNode[node]
    }
  }

  private mutating func add(_ branch: Branch, parent: Int?) -> Item {
    switch branch {
    case .leaf(let node):
      groupOfNode[node] = parent
      return .node(node)
    case .fork(let name, let branches):
      let index = groups.count
      groups.append(Group(name: name, items: [], nodes: [], parent: parent))
      let items = branches.map { add($0, parent: index) }
      groups[index].items = items
      groups[index].nodes = items.flatMap { item -> [Int] in
        switch item {
        case .node(let node): [node]
        case .group(let group): groups[group].nodes
        }
      }.sorted()
      return .group(index)
    }
  }
}

/// A tree before its groups are numbered.
indirect enum Branch {
  case leaf(Int)
  case fork(String, [Branch])

  /// The number of leaves.
  var leafCount: Int {
    switch self {
    case .leaf: 1
    case .fork(_, let branches): branches.reduce(0) { $0 + $1.leafCount }
    }
  }
}
