import FoundationEssentials
import Glibc
import LaminaCore
import LaminaPasses
import LaminaQuantizer
import LaminaRuntime
import LaminaSIMD

extension Model {
  /// Makes the model ready to run.
  ///
  /// - Parameter options: where, in what numbers and on how many threads.
  /// - Returns: the model, planned.
  /// - Throws: an error when the backend or precision is not there, operators are not known, or a
  ///   limit is met.
  public func prepare(_ options: RunOptions = RunOptions()) throws -> PreparedModel {
    let start = ContinuousClock.now
    let unknown = graph.unsupportedOperators
    guard unknown.isEmpty else { throw PlanError.unsupportedOperators(unknown) }
    try PlanError.checkWeights(of: graph)
    let backend = try Backends.backend(for: options.backend)
    let sized = try graph.binding(options.shapes)
    let (network, log) = try network(from: sized, backend, options)
    var plan = PlanOptions(backend: backend)
    plan.forbidsFallback = options.forbidsFallback
    plan.threadCount = max(options.threads ?? ProcessInfo.processInfo.activeProcessorCount, 1)
    plan.precision = precisionName(options)
    plan.memoryLimit = options.memoryLimit ?? .max
    plan.whenPacked = { [self] in purgeFileMemory() }
    purgeFileMemory()
    defer { purgeFileMemory() }
    return try PreparedModel(
      program: Program(network, plan),
      log: log,
      precisionName: plan.precision,
      start: start
    )
  }

  /// The precision that is used when none is asked for.
  package var naturalPrecision: Precision { usesFileIntegers ? .int8 : .fp32 }

  private func precisionName(_ options: RunOptions) -> String {
    (options.precision ?? naturalPrecision).rawValue
  }

  /// The graph to run: in the precision asked for, optimised for the backend.
  private func network(
    from graph: Graph,
    _ backend: any Backend,
    _ options: RunOptions
  ) throws -> (Graph, [AppliedEdit]) {
    let pipeline = backend.id == .reference ? PassPipeline.reference : PassPipeline.cpu
    let float = usesFileIntegers ? PassPipeline.float.then(pipeline) : pipeline
    switch options.precision ?? naturalPrecision {
    case .fp32: return try float.run(on: graph)
    case .bf16: return try float.then(.brain).run(on: graph)
    case .fp16: return try float.then(.storing(.float16)).run(on: graph)
    case .int8w: return try float.then(.storing(.int8)).run(on: graph)
    case .int4w: return try float.then(.storing(.int4)).run(on: graph)
    case .int8 where usesFileIntegers: return try pipeline.run(on: graph)
    case .int8: return try calibrated(graph, pipeline, options)
    case .int1w:
      throw PlanError.precisionUnavailable(
        name: Precision.int1w.rawValue,
        reason: "weights of one bit need a model that was trained with them"
      )
    }
  }

  private func calibrated(
    _ graph: Graph,
    _ pipeline: PassPipeline,
    _ options: RunOptions
  ) throws -> (Graph, [AppliedEdit]) {
    guard !options.calibration.isEmpty else {
      throw PlanError.precisionUnavailable(
        name: "int8",
        reason: "a float model needs images or arrays to be calibrated on"
      )
    }
    let (network, log) = try pipeline.run(on: graph)
    let quantized = try Quantizer(PlanOptions(backend: SIMDBackend.shared)).quantize(
      network,
      calibration: options.calibration
    )
    return (quantized.graph, log + quantized.log)
  }
}

extension Graph {
  /// Returns the graph with the lengths that a user fixed.
  package func binding(_ shapes: [String: [Int]]) throws -> Graph {
    guard !shapes.isEmpty else { return self }
    for (name, shape) in shapes {
      guard inputs.contains(where: { self[$0].name == name }) else {
        throw GraphError.wrongInputs(
          "there is no input \(name); the inputs are "
            + inputs.map { self[$0].name }.joined(separator: ", ")
        )
      }
      guard shape.allSatisfy({ $0 > 0 }) else {
        throw GraphError.wrongInputs("input \(name): lengths of \(Shape(shape)) must be positive")
      }
    }
    return try resized(shapes.mapValues { Shape($0) })
  }
}
