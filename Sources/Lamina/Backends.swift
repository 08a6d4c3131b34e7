import LaminaCore
import LaminaRuntime
import LaminaSIMD

/// The backends that this build knows, and what each computes on.
package enum Backends {
  /// What `lamina backends` lists.
  package struct Listing: Sendable {
    package var choice: BackendChoice
    /// `nil` when the backend is missing.
    package var device: DeviceDescription?
    /// Why it is missing.
    package var missingReason: String?
  }

  /// All backends, those that are missing with the reason.
  package static var all: [Listing] {
    [
      Listing(choice: .reference, device: ReferenceBackend().device),
      Listing(choice: .cpu, device: SIMDBackend.shared.device),
      Listing(choice: .opencl, missingReason: gpuReason),
      Listing(choice: .vulkan, missingReason: gpuReason),
    ]
  }

  private static let gpuReason = "this version of Lamina has no kernels for it"

  /// Returns the backend for a choice.
  ///
  /// - Throws: ``PlanError/backendUnavailable(name:reason:)``.
  package static func backend(for choice: BackendChoice) throws -> any Backend {
    switch choice {
    case .reference: return ReferenceBackend()
    case .cpu, .auto: return SIMDBackend.shared
    case .opencl, .vulkan:
      throw PlanError.backendUnavailable(name: choice.rawValue, reason: gpuReason)
    }
  }
}
