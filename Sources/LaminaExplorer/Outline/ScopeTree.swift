import OrderedCollections

/// Returns the scopes of a node's name, outermost first, without the node's own name.
///
///     MobilenetV2/expanded_conv/depthwise/Relu6   →  MobilenetV2, expanded_conv, depthwise
///     /layer1/layer1.0/conv1/Conv                 →  layer1, layer1.0, conv1
///
/// A name that was put together from several, as TensorFlow Lite's are, counts by its first one.
func scopes(of name: String) -> [String] {
  let first = name.prefix { $0 != ";" }
  return first.split(separator: "/").dropLast().map(String.init)
}

/// Returns the scopes that all names have in common.
func commonScopes(of names: [String]) -> [String] {
  guard var common = names.first.map(scopes) else { return [] }
  for name in names.dropFirst() {
    let other = scopes(of: name)
    let count = zip(common, other).prefix { $0 == $1 }.count
    common.removeLast(common.count - count)
  }
  return common
}

/// Returns the last part of a node's name.
package func leafName(of name: String) -> String {
  let first = name.prefix { $0 != ";" }
  return first.split(separator: "/").last.map(String.init) ?? name
}

/// Returns the tree that the nodes' names spell, or `nil` when it would fold less than half of them.
func scopeTree(of nodes: [NodeFacts]) -> [Branch]? {
  let root = Scope()
  for (index, node) in nodes.enumerated() {
    var scope = root
    for name in scopes(of: node.name).prefix(16) { scope = scope.child(name) }
    scope.add(index)
  }
  let branches = unwrapped(root.branches)
  let folded = branches.reduce(0) { sum, branch in
    if case .fork = branch { sum + branch.leafCount } else { sum }
  }
  let groupCount = branches.count { if case .fork = $0 { true } else { false } }
  guard groupCount > 1, folded * 2 >= nodes.count else { return nil }
  return branches
}

/// Returns the contents of scopes that hold everything, as they tell nothing apart.
private func unwrapped(_ branches: [Branch]) -> [Branch] {
  if branches.count == 1, case .fork(_, let inner) = branches[0] { return unwrapped(inner) }
  return branches
}

/// A scope while the tree is being built.
private final class Scope {
  private var entries: [Entry] = []
  private var children: OrderedDictionary<String, Scope> = [:]

  private enum Entry {
    case node(Int)
    case scope(String)
  }

  func child(_ name: String) -> Scope {
    if let known = children[name] { return known }
    let scope = Scope()
    children[name] = scope
    entries.append(.scope(name))
    return scope
  }

  func add(_ node: Int) { entries.append(.node(node)) }

  /// The contents in the order in which they first appear; a scope of one operator is that
  /// operator, and a scope that holds nothing but another one is joined with it.
  var branches: [Branch] {
    entries.compactMap { entry in
      switch entry {
      case .node(let node): return .leaf(node)
      case .scope(let name):
        guard let inner = children[name]?.branches else { return nil }
        if inner.count == 1 {
          if case .fork(let innerName, let items) = inner[0] {
            return .fork("\(name)/\(innerName)", items)
          }
          return inner[0]
        }
        return .fork(name, inner)
      }
    }
  }
}
