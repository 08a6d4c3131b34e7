#!/bin/sh
# Regenerates the Swift messages of the project's .proto files.
#
#   Scripts/generate-protobuf.sh
#
# Needs protoc (Debian: protobuf-compiler) and protoc-gen-swift on the PATH, or named by
# PROTOC_GEN_SWIFT. The plugin is a product of swift-protobuf, of the version the package uses:
#
#   git clone https://github.com/apple/swift-protobuf && cd swift-protobuf
#   swift build -c release --product protoc-gen-swift
set -eu
cd "$(dirname "$0")/.."

plugin=${PROTOC_GEN_SWIFT:-$(command -v protoc-gen-swift || true)}
if [ -z "$plugin" ]; then
  echo "generate-protobuf: protoc-gen-swift is neither on the PATH nor in PROTOC_GEN_SWIFT" >&2
  exit 1
fi

for proto in Sources/LaminaImporters/*/*.proto; do
  folder=$(dirname "$proto")
  mkdir -p "$folder/Generated"
  protoc --plugin=protoc-gen-swift="$plugin" --proto_path="$folder" \
    --swift_out="$folder/Generated" --swift_opt=Visibility=Package "$proto"
  echo "$folder/Generated/$(basename "$proto" .proto).pb.swift"
done
