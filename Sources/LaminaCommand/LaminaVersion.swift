/// The version of the program.
package enum LaminaVersion {
  package static let text = "0.1.0"
}
