import CLaminaKernels
import FoundationEssentials
import Glibc
import LaminaCore
import LaminaRuntime

/// The processor: C kernels for the widest instruction set that it has.
package struct SIMDBackend: Backend {
  package let instructionSet: InstructionSet

  /// The backend for the instruction set in use.
  package static let shared = SIMDBackend(.current)

  /// - Parameter instructionSet: one that this processor has.
  package init(_ instructionSet: InstructionSet) { self.instructionSet = instructionSet }

  private var kernels: lamina_kernels { instructionSet.kernels }

  package var id: BackendID { .cpu }

  package var device: DeviceDescription {
    DeviceDescription(
      name: ProcessorName.read() ?? "processor",
      instructionSet: instructionSet.title,
      coreCount: ProcessInfo.processInfo.activeProcessorCount,
      precisions: ["fp32", "bf16", "fp16", "int8", "int8w", "int4w"]
    )
  }

  package func prepare(_ request: StepRequest) -> Preparation {
    if let kind = Self.elements(of: request) {
      return prepare(request, kind)
    }
    return prepare(request, .any)
  }

  /// What the step computes with, judged by its first input and the first output that is read.
  private static func elements(of request: StepRequest) -> Kernel.Elements? {
    guard let x = request.inputs.optional(0), let y = request.outputs.lazy.compactMap({ $0 }).first
    else { return nil }
    let isFloat = { (type: TensorType) in type.dtype == .float32 && type.quantization == nil }
    if isFloat(x), isFloat(y) { return .float32 }
    if x.dtype == .bfloat16, y.dtype == .bfloat16 { return .brain }
    let isBytes = { (type: TensorType) in
      type.quantization != nil && (type.dtype == .int8 || type.dtype == .uint8)
    }
    return isBytes(x) && (isBytes(y) || isFloat(y)) || isFloat(x) && isBytes(y) ? .bytes : nil
  }

  private func prepare(_ request: StepRequest, _ elements: Kernel.Elements) -> Preparation {
    let op = request.node.op
    guard let known = Self.kernelsByOperator[request.node.operatorID] else {
      return .refused("the cpu backend has no kernel for \(op.displayName)")
    }
    var reasons: [String] = []
    for kernel in known where kernel.takes(elements) && kernel.ends(request) {
      do throws(Refusal) {
        return try make(kernel, request)
      } catch {
        reasons.append("\(kernel.name): \(error.reason)")
      }
    }
    if request.ending != nil || request.outputStride != nil {
      return .refused("no kernel ends the step so")
    }
    let isHalf = request.inputs.optional(0)?.dtype == .float16
    if elements == .bytes || isHalf, let converted = convert(request, &reasons) {
      return converted
    }
    if reasons.isEmpty {
      let types = request.inputs.present.map { $0.dtype.name }.joined(separator: ", ")
      return .refused("the cpu backend has no kernel for \(op.displayName) of \(types)")
    }
    return .refused(reasons.joined(separator: "; "))
  }

  /// Prepares one kernel, with the activation after it where it does not apply it itself.
  private func make(_ kernel: Kernel, _ step: StepRequest) throws(Refusal) -> Preparation {
    let op = step.node.op
    let set = instructionSet.name(multipliesBrain: kernel.elements == .brain)
    let name = "\(op.displayName.lowercased()) \(kernel.name) \(set)"
    var request = KernelRequest(
      step: step,
      instructionSet: instructionSet,
      kernels: kernels,
      name: name
    )
    guard let activation = step.node.activation, !kernel.fusesActivation else {
      return try kernel.make(op, request)
    }
    guard [.float32, .bfloat16].contains(try request.output().dtype) else {
      throw Refusal("\(activation) follows a kernel that does not apply it")
    }
    guard step.outputStride == nil else {
      throw Refusal("\(activation) follows a kernel that does not apply it")
    }
    var bare = step
    bare.node.activation = nil
    request = KernelRequest(
      step: bare,
      instructionSet: instructionSet,
      kernels: kernels,
      name: name
    )
    guard case .kernel(let inner) = try kernel.make(op, request) else {
      throw Refusal("\(activation) follows a view")
    }
    return .kernel(try ActivatedKernel(inner, activation, request))
  }

  /// A float kernel for codes or half-precision numbers, with conversions around it.
  private func convert(_ step: StepRequest, _ reasons: inout [String]) -> Preparation? {
    let request = KernelRequest(
      step: step,
      instructionSet: instructionSet,
      kernels: kernels,
      name: ""
    )
    do throws(Refusal) {
      let converted = try ConvertedKernel(request) { step throws(Refusal) in
        switch self.prepare(step, .float32) {
        case .kernel(let kernel): return kernel
        case .view: throw Refusal("the float step is a view")
        case .refused(let reason): throw Refusal(reason)
        }
      }
      return .kernel(converted)
    } catch {
      reasons.append("in float: \(error.reason)")
      return nil
    }
  }
}

extension Kernel {
  /// Whether the kernel is for steps of these elements.
  fileprivate func takes(_ step: Elements) -> Bool { elements == .any || elements == step }

  /// Whether the kernel can end a step as it asks.
  fileprivate func ends(_ step: StepRequest) -> Bool {
    (step.ending == nil || ends.contains(.ending))
      && (step.outputStride == nil || ends.contains(.stride))
  }
}

extension InstructionSet {
  /// The name on screens.
  package var title: String {
    switch self {
    case .scalar: "plain C"
    case .neon: "NEON"
    case .avx2: "AVX2 with FMA"
    case .avx512: "AVX-512 with VNNI"
    case .avx512bf16: "AVX-512 with VNNI and BF16"
    }
  }

  /// The name in those of kernels: BF16 only where a kernel may use it.
  func name(multipliesBrain: Bool) -> String {
    self == .avx512bf16 && !multipliesBrain ? InstructionSet.avx512.rawValue : rawValue
  }
}

/// The processor's name as the system tells it.
enum ProcessorName {
  static func read() -> String? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return nil
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { String($0.drop { $0 == " " }) }
  }
}
