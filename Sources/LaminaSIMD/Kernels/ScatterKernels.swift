import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Parts of a tensor written at positions of the run.
enum ScatterKernels {
  static func scatter(
    _ op: ScatterND,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    guard op.reduction == .none else {
      throw Refusal("the updates are combined with what is there")
    }
    try request.requireSameCodes()
    let (x, indices, updates) = (
      try request.input(0), try request.input(1), try request.input(2)
    )
    guard indices.dtype == .int32 || indices.dtype == .int64 else {
      throw Refusal("the indices are \(indices.dtype.name)")
    }
    guard updates.quantization == x.quantization else { throw Refusal("the updates' codes differ") }
    guard let width = indices.shape.dims.last, width <= x.shape.rank else {
      throw Refusal("the tuples are longer than the shape")
    }
    return ScatterKernel(x, indices, width: width, request)
  }
}

/// Copies input 0, then the rows of input 2 to where the tuples of input 1 say.
final class ScatterKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs = [0]
  private let lengths: [Int]
  private let byteStrides: [Int]
  private let tupleCount: Int
  private let rowByteCount: Int
  private let byteCount: Int
  private let isWide: Bool

  init(_ x: TensorType, _ indices: TensorType, width: Int, _ request: KernelRequest) {
    name = request.name
    lengths = Array(x.shape.dims.prefix(width))
    byteStrides = x.shape.strides.prefix(width).map { $0 * x.dtype.byteCount }
    tupleCount = indices.shape.product(0..<indices.shape.rank - 1)
    rowByteCount = x.shape.product(width..<x.shape.rank) * x.dtype.byteCount
    byteCount = (x.shape.elementCount ?? 0) * x.dtype.byteCount
    isWide = indices.dtype == .int64
  }

  func run(_ context: StepContext) throws {
    guard let x = context.inputs[0], let indices = context.inputs[1],
      let updates = context.inputs[2], let y = context.outputs[0]
    else { return }
    if x != y { y.copyMemory(from: x, byteCount: byteCount) }
    for tuple in 0..<tupleCount {
      var start = 0
      for place in lengths.indices {
        let position = tuple * lengths.count + place
        let given =
          isWide
          ? Int((indices + position * 8).load(as: Int64.self))
          : Int((indices + position * 4).load(as: Int32.self))
        let index = given < 0 ? given &+ lengths[place] : given
        guard index >= 0, index < lengths[place] else {
          throw ShapeError.indexOutOfRange(given, length: lengths[place])
        }
        start += index * byteStrides[place]
      }
      (y + start).copyMemory(from: updates + tuple * rowByteCount, byteCount: rowByteCount)
    }
  }
}
