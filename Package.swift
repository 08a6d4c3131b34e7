// swift-tools-version: 6.1

import PackageDescription

// The modules and who may import whom; CONTRIBUTING.md has the picture and the reasons.

/// For modules that handle a file or a key once: Scripts/install.sh asks for their shortest code.
let small: [SwiftSetting] =
  Context.environment["LAMINA_SMALL"] == nil ? [] : [.unsafeFlags(["-Osize"])]

/// Swift modules of the engine, the explorer and the program.
let modules: [Target] = [
  .target(name: "LaminaCore"),
  .target(name: "LaminaOperators", dependencies: ["LaminaCore"]),
  .target(name: "LaminaPasses", dependencies: ["LaminaCore", "LaminaOperators"]),
  .target(name: "LaminaRuntime", dependencies: ["LaminaCore", "CProcessors"]),
  .target(
    name: "LaminaSIMD",
    dependencies: ["LaminaCore", "LaminaOperators", "LaminaRuntime", "CLaminaKernels"]
  ),
  .target(
    name: "LaminaQuantizer",
    dependencies: ["LaminaCore", "LaminaOperators", "LaminaPasses", "LaminaRuntime"]
  ),
  .target(name: "LaminaWire", dependencies: ["CZlib"]),
  .target(
    name: "LaminaImporters",
    dependencies: [
      "LaminaCore", "LaminaOperators", "LaminaWire",
      .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ],
    exclude: [
      "Caffe/caffe.proto",
      "ONNX/onnx.proto",
      "TensorFlow/tensorflow.proto",
    ],
    swiftSettings: small
  ),
  .target(
    name: "LaminaVision",
    dependencies: ["LaminaCore", "LaminaWire", "CTurboJPEG", "CPNG", "CWebP", "COpenJPEG"]
  ),
  .target(
    name: "Lamina",
    dependencies: [
      "LaminaCore", "LaminaOperators", "LaminaPasses", "LaminaRuntime", "LaminaSIMD",
      "LaminaQuantizer", "LaminaImporters", "LaminaVision", "CLaminaModels",
    ]
  ),
  .target(name: "TerminalCells"),
  .target(name: "TerminalNcurses", dependencies: ["TerminalCells", "CNcurses"]),
  .target(
    name: "LaminaExplorer",
    dependencies: [
      "TerminalCells", .product(name: "OrderedCollections", package: "swift-collections"),
    ],
    swiftSettings: small
  ),
  .executableTarget(
    name: "LaminaCommand",
    dependencies: [
      "Lamina", "LaminaCore", "LaminaRuntime", "LaminaExplorer", "LaminaImporters", "LaminaVision",
      "LaminaWire", "TerminalCells", "TerminalNcurses",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: small
  ),
]

/// Programs that measure and are not shipped.
let benchmarks: [Target] = [
  .executableTarget(
    name: "LaminaBenchmarks",
    dependencies: [
      "LaminaCore", "LaminaOperators", "LaminaRuntime", "LaminaSIMD", "CLaminaKernels",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    path: "Benchmarks/Kernels"
  )
]

/// C: micro-kernels, embedded models, and thin modules over system libraries.
let nativeModules: [Target] = [
  .target(name: "CLaminaKernels"),
  .target(name: "CLaminaModels"),
  .target(name: "CProcessors"),
  .target(name: "CNcurses", linkerSettings: [.linkedLibrary("ncursesw")]),
  .systemLibrary(
    name: "CTurboJPEG",
    pkgConfig: "libturbojpeg",
    providers: [.apt(["libturbojpeg0-dev"])]
  ),
  .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
  .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
  .systemLibrary(
    name: "COpenJPEG",
    pkgConfig: "libopenjp2",
    providers: [.apt(["libopenjp2-7-dev"])]
  ),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
]

let tests: [Target] = [
  .testTarget(name: "LaminaExplorerTests", dependencies: ["LaminaExplorer", "TerminalCells"]),
  .testTarget(name: "TerminalCellsTests", dependencies: ["TerminalCells"]),
  .target(
    name: "LaminaTestSupport",
    dependencies: ["LaminaCore"],
    path: "Tests/LaminaTestSupport"
  ),
  .testTarget(name: "ConformanceTests"),
  .testTarget(
    name: "LaminaTests",
    dependencies: ["Lamina", "LaminaCore", "LaminaImporters", "LaminaRuntime"]
  ),
  .testTarget(
    name: "LaminaPassesTests",
    dependencies: ["LaminaCore", "LaminaOperators", "LaminaPasses", "LaminaTestSupport"]
  ),
  .testTarget(
    name: "LaminaQuantizerTests",
    dependencies: [
      "LaminaCore", "LaminaOperators", "LaminaRuntime", "LaminaQuantizer", "LaminaTestSupport",
    ]
  ),
  .testTarget(
    name: "LaminaRuntimeTests",
    dependencies: ["LaminaCore", "LaminaRuntime", "LaminaTestSupport", "CProcessors"]
  ),
  .testTarget(
    name: "LaminaImportersTests",
    dependencies: [
      "LaminaCore", "LaminaImporters", "LaminaOperators", "LaminaTestSupport", "LaminaWire",
      "LaminaWireTestSupport",
    ]
  ),
  .testTarget(
    name: "LaminaCommandTests",
    dependencies: [
      "LaminaCommand", "Lamina", "LaminaCore", "LaminaExplorer", "LaminaTestSupport",
      "LaminaVision",
      "LaminaWire",
    ]
  ),
  .testTarget(name: "LaminaCoreTests", dependencies: ["LaminaCore", "LaminaTestSupport"]),
  .testTarget(
    name: "LaminaOperatorsTests",
    dependencies: ["LaminaCore", "LaminaOperators", "LaminaTestSupport"]
  ),
  .testTarget(
    name: "LaminaSIMDTests",
    dependencies: [
      "LaminaCore", "LaminaOperators", "LaminaRuntime", "LaminaSIMD", "CLaminaKernels",
      "LaminaTestSupport",
    ]
  ),
  .target(name: "LaminaWireTestSupport", path: "Tests/LaminaWireTestSupport"),
  .testTarget(
    name: "LaminaVisionTests",
    dependencies: ["LaminaVision", "LaminaCore", "LaminaWire"]
  ),
  .testTarget(name: "LaminaWireTests", dependencies: ["LaminaWire", "LaminaWireTestSupport"]),
]

/// The fuzzer of the importers, which needs libFuzzer's own `main`; Scripts/fuzz.sh builds it.
let fuzzing: [Target] =
  Context.environment["LAMINA_FUZZ"] == nil
  ? []
  : [
    .executableTarget(
      name: "LaminaFuzz",
      dependencies: ["LaminaImporters", "LaminaWire"],
      path: "Tests/Fuzzing",
      exclude: ["Regressions"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]
    )
  ]

/// What computes with several threads, and its tests: Scripts/check-threads.sh builds nothing else
/// for the thread sanitizer, under which the compiler takes long.
let threading: Set<String> = [
  "LaminaCore", "LaminaOperators", "LaminaRuntime", "LaminaSIMD", "CLaminaKernels", "CProcessors",
  "LaminaTestSupport", "LaminaRuntimeTests", "LaminaSIMDTests",
]
let isWhole = Context.environment["LAMINA_THREADS"] == nil
let targets = modules + nativeModules + benchmarks + tests + fuzzing

let package = Package(
  name: "lamina",
  products: isWhole
    ? [
      .library(name: "Lamina", targets: ["Lamina"]),
      .executable(name: "lamina", targets: ["LaminaCommand"]),
    ] : [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
    // Without its streams it needs no Foundation, whose tables for all languages are 40 MB.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
  ],
  targets: isWhole ? targets : targets.filter { threading.contains($0.name) },
  swiftLanguageModes: [.v6]
)
