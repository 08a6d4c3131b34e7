#!/usr/bin/env python3
"""Writes Docs/Formats.md from the importers' rule tables.

    Scripts/formats-doc.py            writes the file
    Scripts/formats-doc.py --check    fails where the file is not what would be written

A format is a folder of Sources/LaminaImporters with a `…Format.swift` that states its name. Its
operators are the first arguments of its rules: `CaffeRule("Convolution", …)`.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
IMPORTERS = ROOT / "Sources/LaminaImporters"
TARGET = ROOT / "Docs/Formats.md"

# What files a format's models are, and what its importer was held against.
FACTS = {
    "Caffe": (
        "`.prototxt`, `.caffemodel`, or both (either finds the other)",
        "recorded outputs of OpenCV's Caffe reader and of the nets' twins in other formats",
    ),
    "Caffe2": (
        "`predict_net.pb` and `init_net.pb` (either finds the other)",
        "recorded outputs of PyTorch and of the nets' twins in other formats",
    ),
    "Core ML": (
        "`.mlmodel`, `.mlpackage`",
        "recorded outputs, and values computed with NumPy",
    ),
    "ExecuTorch": ("`.pte`", "the structure of a published program"),
    "Keras": (
        "`.h5`, `.hdf5`, `.keras`",
        "outputs of Keras for models of every layer, and recorded outputs",
    ),
    "MediaPipe graph": ("`.pbtxt`", "the structure of published graphs"),
    "MediaPipe task": ("`.task`", "the structure of a published bundle"),
    "Baidu MDL": ("`model.json` and `data.bin`", "recorded outputs of the net's twin in Caffe"),
    "MNN": ("`.mnn`", "outputs of MNN, recorded and for models of many operators"),
    "MXNet": (
        "`-symbol.json`, `.params` (either finds the other)",
        "recorded outputs of the nets' twins in other formats",
    ),
    "ncnn": (
        "`.param`, `.param.bin` and `.bin`",
        "outputs of ncnn, recorded and for models of many layers",
    ),
    "NumPy": ("`.npy`, `.npz`", "arrays that NumPy wrote"),
    "ONNX": ("`.onnx`", "ONNX's own operator cases, and outputs recorded with ONNX Runtime"),
    "Safetensors": ("`.safetensors`", "a file that its reference implementation wrote"),
    "TensorFlow": (
        "GraphDef `.pb` and `.pbtxt`, SavedModel, checkpoint with `.meta`",
        "outputs of TensorFlow, recorded and for models of many layers",
    ),
    "TensorFlow.js": (
        "`model.json` and shards, weights manifests",
        "outputs of TensorFlow for the same models",
    ),
    "TensorFlow Lite": (
        "`.tflite`",
        "outputs recorded with TensorFlow Lite, for networks and for each builtin operator",
    ),
    "TorchScript": ("`.pt`, `.ptl`", "outputs of PyTorch, recorded and for models of torchvision"),
}
# A rule, a function that makes one (`fused("ADD", .add)`) or a pair for such a function.
RULE = re.compile(
    r'(?<![.\w])(?:\w*[rR]ule|\.init|[a-z]\w*|)\(\s*"([A-Za-z_][\w:.]*)"'
    r'(?=\s*,\s*(?!\.dropped|default|for:|as:|of:)|\)\s*\{)'
)
NAME = re.compile(r'static (?:let|var) name(?:: String)? (?:= |\{ )"([^"]+)"')


def formats():
    """Names of formats with the operators that their rules name."""
    found = {}
    for path in sorted(IMPORTERS.rglob("*Format.swift")):
        name = NAME.search(path.read_text())
        if path.name == "ModelFormat.swift" or not name:
            continue
        folder = path.parent
        operators = set()
        for source in folder.rglob("*.swift"):
            if "Generated" not in source.parts:
                operators.update(RULE.findall(source.read_text()))
        found[name.group(1)] = sorted(operators, key=str.lower)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def document():
    found = formats()
    lines = [
        "# Formats",
        "",
        "What Lamina opens, which of each format's operators become its own, and what the importers",
        "were held against. Written by `Scripts/formats-doc.py` from the rule tables in",
        "`Sources/LaminaImporters`. An operator that is not listed still shows; running it is refused",
        "by name.",
        "",
        "| format | files | operators | checked with |",
        "| --- | --- | ---: | --- |",
    ]
    for name, operators in found.items():
        files, checked = FACTS[name]
        lines.append(f"| {name} | {files} | {len(operators) or '–'} | {checked} |")
    for name, operators in found.items():
        if operators:
            lines += ["", f"## {name}", "", ", ".join(f"`{o}`" for o in operators) + "."]
    return "\n".join(lines) + "\n"


def main():
    text = document()
    if sys.argv[1:] == ["--check"]:
        if not TARGET.exists() or TARGET.read_text() != text:
            sys.exit("Docs/Formats.md is not what the importers say: run Scripts/formats-doc.py")
    else:
        TARGET.write_text(text)


if __name__ == "__main__":
    main()
