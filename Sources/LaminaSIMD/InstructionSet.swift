import CLaminaKernels
import FoundationEssentials
import Glibc

/// A group of processor instructions that kernels are written for, narrowest first.
package enum InstructionSet: String, CaseIterable, Sendable {
  case scalar
  case neon
  case avx2
  case avx512
  case avx512bf16

  /// The sets that this processor and operating system run.
  package static let available: [InstructionSet] = allCases.filter(\.isAvailable)

  /// The set in use: the widest available, or the one that `LAMINA_ISA` names.
  ///
  /// A name that is unknown, or known and not available, falls back to the widest available.
  package static let current: InstructionSet = {
    let set = chosen(by: ProcessInfo.processInfo.environment["LAMINA_ISA"])
    set.load()
    return set
  }()

  /// Has the system find the pages that the set's kernels lie in, side by side in the program, before
  /// a first run asks for them one after the other.
  private func load() {
    #if os(Linux)
    withUnsafeBytes(of: kernels) { table in
      let first = MemoryLayout<lamina_kernels>.offset(of: \.f32_product) ?? table.count
      let functions = table[first...].withMemoryRebound(to: UInt.self) { ($0.min(), $0.max()) }
      guard case (let low?, let high?) = functions else { return }
      let page = UInt(getpagesize())
      let start = low / page * page
      let end = (high / page + 1) * page
      madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_POPULATE_READ)
    }
    #endif
  }

  static func chosen(by name: String?) -> InstructionSet {
    let widest = available.last ?? .scalar
    guard let name, let forced = InstructionSet(rawValue: name) else { return widest }
    return forced.isAvailable ? forced : widest
  }

  package var isAvailable: Bool {
    switch self {
    case .scalar: true
    case .neon: lamina_cpu_features() & UInt32(lamina_cpu_neon) != 0
    case .avx2: lamina_cpu_features() & UInt32(lamina_cpu_avx2) != 0
    case .avx512: lamina_cpu_features() & UInt32(lamina_cpu_avx512) != 0
    case .avx512bf16: lamina_cpu_features() & UInt32(lamina_cpu_avx512bf16) != 0
    }
  }

  /// The kernels written for the set; the plain ones where the processor is of another kind.
  package var kernels: lamina_kernels {
    #if arch(x86_64)
    switch self {
    case .scalar, .neon: lamina_kernels__scalar
    case .avx2: lamina_kernels__avx2
    case .avx512: lamina_kernels__avx512
    case .avx512bf16: brainKernels
    }
    #elseif arch(arm64)
    switch self {
    case .scalar, .avx2, .avx512, .avx512bf16: lamina_kernels__scalar
    case .neon: lamina_kernels__neon
    }
    #else
    lamina_kernels__scalar
    #endif
  }

  #if arch(x86_64)
  /// AVX-512, with the kernels that multiply bfloat16 in the processor.
  private var brainKernels: lamina_kernels {
    var kernels = lamina_kernels__avx512
    kernels.bf16_product = lamina_bf16_product_14x32__avx512bf16
    kernels.bf16_depthwise = lamina_bf16_depthwise__avx512bf16
    kernels.bf16_pool = lamina_bf16_pool__avx512bf16
    kernels.bf16_unary = lamina_bf16_unary__avx512bf16
    kernels.bf16_binary = lamina_bf16_binary__avx512bf16
    kernels.bf16_widen = lamina_bf16_widen__avx512bf16
    kernels.bf16_narrow = lamina_bf16_narrow__avx512bf16
    kernels.bf16_roof = lamina_bf16_roof__avx512bf16
    return kernels
  }
  #endif
}
