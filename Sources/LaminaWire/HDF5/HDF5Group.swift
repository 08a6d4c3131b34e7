extension HDF5Object {
  private static let childLimit = 1_000_000

  /// What a group holds, by name and in the order of the names; empty for a dataset.
  ///
  /// - Throws: ``WireError`` when the group is damaged, or its links are kept in a form that is not
  ///   read.
  package func children() throws(WireError) -> [(name: String, object: HDF5Object)] {
    var found: [(name: String, object: HDF5Object)] = []
    for message in try messages() {
      switch message.kind {
      case Kind.symbolTable:
        var cursor = cursor(message)
        let (tree, heap) = (try cursor.address(), try cursor.address())
        found += try symbols(tree: tree, heap: heap)
      case Kind.link:
        if let link = try link(message) { found.append(link) }
      case Kind.linkInfo:
        var cursor = cursor(message)
        try cursor.skip(1)
        if try cursor.byte() & 1 != 0 { try cursor.skip(8) }
        guard try cursor.address() == HDF5File.undefined else {
          throw .unsupported(
            what: "an HDF5 group",
            offset: address,
            found: "links in a fractal heap"
          )
        }
      default: continue
      }
    }
    return found.sorted { $0.name < $1.name }
  }

  /// What a path such as `a/b` leads to from here; `nil` when there is nothing.
  ///
  /// - Throws: ``WireError`` when a group on the way is damaged.
  package func descendant(_ path: String) throws(WireError) -> HDF5Object? {
    var object = self
    for name in path.split(separator: "/") {
      guard let next = try object.children().first(where: { $0.name == name }) else { return nil }
      object = next.object
    }
    return object
  }

  private func link(
    _ message: Message
  ) throws(WireError) -> (name: String, object: HDF5Object)? {
    var cursor = cursor(message)
    try cursor.skip(1)
    let flags = try cursor.byte()
    let kind = flags & 0x08 != 0 ? try cursor.byte() : 0
    if flags & 0x04 != 0 { try cursor.skip(8) }
    if flags & 0x10 != 0 { try cursor.skip(1) }
    let length = try cursor.number(size: 1 << (flags & 3))
    let name = String(decoding: try cursor.take(length).bytes, as: UTF8.self)
    // Soft and external links lead elsewhere and are passed over.
    guard kind == 0 else { return nil }
    return (name, try child(at: cursor.address()))
  }

  /// The entries of a group in the old form: a tree of nodes, and a heap of names.
  private func symbols(
    tree: Int,
    heap: Int
  ) throws(WireError) -> [(name: String, object: HDF5Object)] {
    var header = file.cursor(at: heap)
    try header.expect("HEAP")
    try header.skip(4)
    let size = try header.length()
    _ = try header.length()
    let names = try file.bytes.slice(at: header.address(), count: size, "a heap of names")
    var found: [(name: String, object: HDF5Object)] = []
    for node in try HDF5Tree(file: file, kind: 0, keySize: file.lengthSize).leaves(of: tree) {
      var cursor = file.cursor(at: node.child)
      try cursor.expect("SNOD")
      try cursor.skip(2)
      let count = try cursor.number(UInt16.self)
      for _ in 0..<count {
        var name = HDF5Cursor(names, at: try cursor.length(), file.addressSize, file.lengthSize)
        let address = try cursor.address()
        let isSoft = try cursor.number(UInt32.self) == 2
        try cursor.skip(20)
        if !isSoft { found.append((try name.text(), try child(at: address))) }
        guard found.count <= Self.childLimit else {
          throw .overLimit(what: "members of a group", offset: address, limit: Self.childLimit)
        }
      }
    }
    return found
  }
}

/// A tree of version 1, which orders the members of a group or the chunks of a dataset.
struct HDF5Tree {
  let file: HDF5File
  /// 0 for groups, 1 for chunks.
  let kind: Int
  let keySize: Int

  /// A member of a node on the lowest level: where its key and what it refers to are.
  struct Leaf {
    var key: Int
    var child: Int
  }

  private static let nodeLimit = 1_000_000

  /// Returns the lowest members in order.
  ///
  /// - Throws: ``WireError`` when the tree is damaged or leads in circles.
  func leaves(of root: Int) throws(WireError) -> [Leaf] {
    var found: [Leaf] = []
    var pending = [(address: root, level: Int.max)]
    var nodeCount = 0
    while let (address, bound) = pending.popLast() {
      nodeCount += 1
      guard nodeCount <= Self.nodeLimit, found.count <= Self.nodeLimit else {
        throw .overLimit(what: "nodes of a tree", offset: address, limit: Self.nodeLimit)
      }
      var cursor = file.cursor(at: address)
      try cursor.expect("TREE")
      let (type, level) = (try cursor.byte(), try cursor.byte())
      // Levels fall from node to node, so that no tree is endless.
      guard type == kind, level < bound else {
        throw .invalid(
          what: "an HDF5 tree",
          offset: address,
          expected: "a node of kind \(kind) on a lower level",
          found: "kind \(type), level \(level)"
        )
      }
      let count = try cursor.number(UInt16.self)
      _ = (try cursor.address(), try cursor.address())
      var members: [Leaf] = []
      for _ in 0..<count {
        let key = cursor.position
        try cursor.skip(keySize)
        members.append(Leaf(key: key, child: try cursor.address()))
      }
      if level == 0 {
        found += members
      } else {
        pending += members.reversed().map { ($0.child, level) }
      }
    }
    return found
  }
}
