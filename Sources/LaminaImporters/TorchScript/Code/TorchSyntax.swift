/// An expression of TorchScript code.
indirect enum TorchExpression {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case name(String)
  case attribute(TorchExpression, String)
  case call(TorchExpression, [TorchExpression], [(name: String, value: TorchExpression)])
  case item(TorchExpression, TorchExpression)
  /// Bounds of `[start:end:step]`; absent ones are ``none``.
  case slice(TorchExpression, TorchExpression, TorchExpression, TorchExpression)
  case list([TorchExpression])
  case tuple([TorchExpression])
  case dictionary([(key: TorchExpression, value: TorchExpression)])
  case unary(String, TorchExpression)
  case binary(String, TorchExpression, TorchExpression)
  case conditional(condition: TorchExpression, then: TorchExpression, otherwise: TorchExpression)

  /// The dotted name, when the expression is one.
  var path: String? {
    switch self {
    case .name(let name): name
    case .attribute(let base, let name): base.path.map { "\($0).\(name)" }
    default: nil
    }
  }
}

/// A statement of TorchScript code, with the line it stands on.
struct TorchStatement {
  indirect enum Kind {
    case expression(TorchExpression)
    case assign(TorchExpression, TorchExpression)
    case branch(TorchExpression, then: [TorchStatement], otherwise: [TorchStatement])
    case loop(TorchExpression, [TorchStatement])
    case each(TorchExpression, in: TorchExpression, [TorchStatement])
    case giveBack(TorchExpression)
    case raise(TorchExpression)
    /// `name : type`, as in classes.
    case declaration(TorchExpression, type: TorchExpression, value: TorchExpression?)
    case pass
  }

  var line: Int
  var kind: Kind
}

/// A parameter of a function.
struct TorchParameter {
  var name: String
  var type: TorchExpression?
  var initial: TorchExpression?
}

/// A function or method.
struct TorchFunction {
  /// The qualified name, for messages.
  var name: String
  var parameters: [TorchParameter]
  var body: [TorchStatement]
}

/// A class: what it keeps and what it can do.
struct TorchClass {
  var name: String
  var base: String
  var attributes: [(name: String, type: TorchExpression, value: TorchExpression?)] = []
  var methods: [String: TorchFunction] = [:]
}

/// What one file of code defines, by name.
struct TorchCodeFile {
  var classes: [String: TorchClass] = [:]
  var functions: [String: TorchFunction] = [:]
}
