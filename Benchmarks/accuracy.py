#!/usr/bin/env python3
"""Counts right answers of ImageNet classifiers over the photos of the assets.

    LAMINA_ASSETS=FOLDER accuracy.py [--lamina PROGRAM] [--backend NAME] [--within N]

The counts are held against those that the assets' manifest records for other runtimes; exit code 1
when a top-1 count is further than N (default: 2) from the recorded one.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What the file itself does not say about its input.
OPTIONS = {
    "models/tflite/mobilenet_v1_0.25_224_float_metadata": [],
    "models/tflite/mobilenet_v1_0.25_224_quant_metadata": [],
    "models/tflite/mobilenet_v2_1.0_224_quant": [],
    "models/onnx/squeezenet_fp16": ["--channels", "bgr", "--mean", "104,117,123"],
    "models/onnx/shufflenet_v2_12_int8": [],
}


def classes(assets):
    """Class numbers, from 0 to 999, by WordNet's number."""
    lines = (assets / "labels/imagenet_synset_1000.txt").read_text().splitlines()
    return {line.split()[0]: index for index, line in enumerate(lines)}


def recorded(assets):
    """The manifest's entries with counts, by the model's folder."""
    entries = json.loads((assets / "MANIFEST.json").read_text())
    return {str(pathlib.PurePath(e["path"]).parent): e for e in entries if "reference" in e}


def count(options, assets, model, numbers):
    """How many of all photos have the right class first, and among the first five."""
    photos = assets / "images/imagenet-samples"
    command = [options.lamina, "run", str(model), str(photos), "--json", "--top", "5",
               "--resize", "crop:0.875", "--backend", options.backend]
    command += OPTIONS[str(model.parent.relative_to(assets))]
    result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    shift = 1 if result["outputs"][0]["shape"][1] == 1001 else 0
    top1 = top5 = 0
    for image in result["images"]:
        right = numbers[pathlib.PurePath(image["path"]).name.split("_")[0]] + shift
        found = [item["index"] for item in image["top"]]
        top1 += found[0] == right
        top5 += right in found
    return len(result["images"]), top1, top5, result["timing"]["median_ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lamina", default=str(ROOT / ".build/release/lamina"))
    parser.add_argument("--backend", default="cpu")
    parser.add_argument("--within", type=int, default=2)
    options = parser.parse_args()
    folder = os.environ.get("LAMINA_ASSETS") or sys.exit("LAMINA_ASSETS names no folder")
    assets = pathlib.Path(folder)
    numbers, entries = classes(assets), recorded(assets)
    print(f"{'model':44} photos  top-1 (recorded)  top-5 (recorded)  median ms")
    failed = False
    for name in OPTIONS:
        entry = entries[name]
        reference = entry["reference"]
        photos, top1, top5, ms = count(options, assets, assets / entry["path"], numbers)
        failed |= abs(top1 - reference["top1"]) > options.within
        print(f"{pathlib.PurePath(name).name:44} {photos:6}  {top1:5} {reference['top1']:10}  "
              f"{top5:5} {reference['top5']:10}  {ms:9.2f}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
