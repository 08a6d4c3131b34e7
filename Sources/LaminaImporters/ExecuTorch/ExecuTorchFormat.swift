import LaminaCore
import LaminaOperators
import LaminaWire

/// ExecuTorch: a FlatBuffers message with calls of kernels in order, and constants behind it.
///
/// The structure is shown; calls of portable kernels run where the table of rules has them.
package enum ExecuTorchFormat: ModelFormat {
  package static let name = "ExecuTorch"
  package static let files = "*.pte"

  package static var operators: [String] {
    ExecuTorchCall.rules.map(\.name)
  }

  package static func recognizes(_ file: ModelFile) -> Bool {
    file.bytes.has(ExecuTorchProgram.identifier, at: 4)
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    do {
      var builder = try ExecuTorchGraph(try ExecuTorchProgram(file.bytes))
      return try builder.build()
    } catch let error as ImportError {
      throw error
    } catch let error as WireError {
      throw .wire(error)
    } catch let error as GraphError {
      throw .graph(error)
    } catch { throw .invalid(place: "the program", expected: "a plan", found: "\(error)") }
  }
}
