import LaminaCore
import LaminaWire

/// Opens models of every format.
package enum ModelImporter {
  /// The formats in the order in which they are asked; those with a mark of their own come first.
  package static let formats: [any ModelFormat.Type] = [
    TFLiteFormat.self,
    KerasHDF5Format.self,
    KerasArchiveFormat.self,
    TFJSFormat.self,
    CaffeFormat.self,
    ExecuTorchFormat.self,
    MXNetFormat.self,
    Caffe2Format.self,
    CoreMLFormat.self,
    TFSavedModelFormat.self,
    TFGraphFormat.self,
    TFCheckpointFormat.self,
    ONNXFormat.self,
    TorchFormat.self,
    NumPyFormat.self,
    SafetensorsFormat.self,
    NcnnFormat.self,
    MNNFormat.self,
    MDLFormat.self,
    MediaPipeTaskFormat.self,
    MediaPipeGraphFormat.self,
  ]

  /// The names of all formats, for messages.
  package static var formatNames: String { formats.map { $0.name }.joined(separator: ", ") }

  /// Returns the source graph of the file or folder at `path`.
  ///
  /// - Throws: ``ImportError/file(path:format:_:)``.
  package static func open(path: String) throws(ImportError) -> Graph {
    let file: ModelFile
    do { file = try ModelFile(path: path) } catch { throw .wire(error) }
    return try open(file)
  }

  /// Returns the source graph of `file`.
  ///
  /// - Throws: ``ImportError/file(path:format:_:)``.
  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    guard let format = format(of: file) else {
      if file.isFolder {
        throw .file(
          path: file.path,
          format: nil,
          .folderWithoutModel(FolderContents.names(in: file.path))
        )
      }
      throw .file(path: file.path, format: nil, .notAModel(FileKind.of(file.bytes)))
    }
    do {
      return try format.open(file)
    } catch {
      throw .file(path: file.path, format: format.name, error)
    }
  }

  /// Returns the format of `file` by its content, or `nil` when none knows it.
  package static func format(of file: ModelFile) -> (any ModelFormat.Type)? {
    formats.first { $0.recognizes(file) }
  }
}
