import LaminaImporters
import LaminaWire

#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What libFuzzer calls with the bytes of a file: opens them as the format that `LAMINA_FUZZ_FORMAT`
/// names, whatever the recognisers say, or as any when it names none.
///
/// An error is a good answer; a crash, a hang or too much memory is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let buffer = UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
  let file = ModelFile(name: "fuzzed", bytes: ByteView(Array(buffer)))
  if let format = FuzzedFormat.chosen {
    _ = try? format.open(file)
  } else {
    _ = try? ModelImporter.open(file)
  }
  return 0
}

/// The format under test.
private enum FuzzedFormat {
  static let chosen: (any ModelFormat.Type)? = {
    guard let name = getenv("LAMINA_FUZZ_FORMAT").map({ String(cString: $0) }), !name.isEmpty
    else { return nil }
    let format = ModelImporter.formats.first { $0.name.lowercased() == name.lowercased() }
    guard let format else {
      print("no format \(name); there are \(ModelImporter.formatNames)")
      exit(2)
    }
    return format
  }()
}
