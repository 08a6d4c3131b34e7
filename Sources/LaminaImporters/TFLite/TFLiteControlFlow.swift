import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Operators that run other graphs of the file.
  static let controlFlow: [TFLiteRule] = [
    TFLiteRule("IF") { node in
      let graphs = try node.innerGraphs([node.int(0), node.int(1)], skipping: 1)
      return If(then: graphs[0], else: graphs[1])
    },
    TFLiteRule("WHILE") { node in
      let graphs = try node.innerGraphs([node.int(0), node.int(1)], skipping: 0, isLoop: true)
      return While(condition: graphs[0], body: graphs[1])
    },
    TFLiteRule("CALL_ONCE") { node in
      CallOnce(graph: try node.innerGraphs([node.int(0)], skipping: 0)[0])
    },
    TFLiteRule("STABLEHLO_CASE") { node in
      Case(branches: try node.innerGraphs(node.ints(0) ?? [], skipping: 1))
    },
    TFLiteRule("STABLEHLO_COMPOSITE") { node in
      let graph = try node.innerGraphs([node.int(1)], skipping: 0)[0]
      return Composite(try node.text(0) ?? "", graph: graph)
    },
  ]
}
