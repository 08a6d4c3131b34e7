#!/usr/bin/env python3
"""Writes Docs/Formats.md from what the built program says of its formats.

    Scripts/formats-doc.py            writes the file
    Scripts/formats-doc.py --check    fails where the file is not what would be written
"""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build/release/lamina"
TARGET = ROOT / "Docs/Formats.md"

# What each importer was held against.
CHECKED = {
    "Baidu MDL": "recorded outputs of the net's twin in Caffe; the same net in ONNX Runtime",
    "Caffe": "recorded outputs of OpenCV's Caffe reader and of the nets' twins in other formats",
    "Caffe2": "recorded outputs of PyTorch and of the nets' twins in other formats",
    "Core ML": "recorded outputs, and values computed with NumPy",
    "ExecuTorch": "the structure of a published program",
    "Keras": "outputs of Keras for models of every layer",
    "Keras HDF5": "outputs of Keras, recorded and for models of every layer",
    "MediaPipe graph": "the structure of published graphs",
    "MediaPipe task": "the structure of a published bundle",
    "MNN": "outputs of MNN, recorded and for models of many operators",
    "MXNet": "recorded outputs of the nets' twins in other formats",
    "ncnn": "outputs of ncnn, recorded and for models of many layers",
    "NumPy": "arrays that NumPy wrote",
    "ONNX": "ONNX's own operator cases, and outputs recorded with ONNX Runtime",
    "Safetensors": "a file that its reference implementation wrote",
    "TensorFlow checkpoint": "outputs of TensorFlow for the same variables in a graph",
    "TensorFlow graph": "outputs of TensorFlow, recorded and for models of many operators",
    "TensorFlow SavedModel": "outputs of TensorFlow, recorded and for models of many operators",
    "TensorFlow.js": "outputs of TensorFlow for the same models",
    "TensorFlow Lite": "outputs recorded with TensorFlow Lite, for networks and for each builtin",
    "TorchScript": "outputs of PyTorch, recorded and for small modules",
}


def formats():
    """What the program says of its formats."""
    answer = subprocess.run([PROGRAM, "formats", "--json"], check=True, capture_output=True)
    return json.loads(answer.stdout)["formats"]


def document():
    found = formats()
    lines = [
        "# Formats",
        "",
        "What Lamina opens, which of each format's operators become its own, and what the importers",
        "were held against. Written by `Scripts/formats-doc.py` from `lamina formats --json`, which",
        "reads the importers' rule tables. An operator that is not listed still shows; running it is",
        "refused by name.",
        "",
        "| format | files | operators | checked with |",
        "| --- | --- | ---: | --- |",
    ]
    for entry in found:
        count = len(entry["operators"]) or "shown"
        lines.append(
            f"| {entry['name']} | `{entry['files']}` | {count} | {CHECKED[entry['name']]} |")
    lists = {}
    for entry in found:
        if entry["operators"]:
            lists.setdefault(tuple(entry["operators"]), []).append(entry["name"])
    for operators, names in lists.items():
        lines += ["", "## " + ", ".join(names), "", ", ".join(f"`{o}`" for o in operators) + "."]
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
