#!/usr/bin/env python3
"""How long `lamina inspect` takes to open and show each model, from process start to exit.

    Benchmarks/open.py [--rounds N] [--program FILE] MODEL_OR_FOLDER…
    Benchmarks/open.py --gigabyte     a model of 1 GiB of weights in a file beside it, made here

A folder stands for every file in it that opens. Prints the median and the greatest time of the
rounds and the peak of resident memory, slowest last.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Kept beside models, but no models.
OTHERS = {".npy", ".npz", ".txt", ".md", ".jpg", ".png", ".bmp", ".labels", ".json"}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / ".build/release/lamina")
    parser.add_argument("--gigabyte", action="store_true")
    return parser.parse_args()


def files(paths):
    """Files that may be models, in folders and below; recorded data is left out."""
    for path in paths:
        if path.is_file() or path.suffix == ".mlpackage" or (path / "saved_model.pb").exists():
            yield path
            continue
        for folder, names, entries in os.walk(path):
            folder = pathlib.Path(folder)
            inner = [n for n in names if n.endswith(".mlpackage")]
            if (folder / "saved_model.pb").exists():
                yield folder
                names.clear()
                continue
            names[:] = sorted(
                n for n in names if not n.startswith("test_data_set") and n not in inner)
            yield from (folder / n for n in sorted(inner))
            for name in sorted(entries):
                is_model = name in ("model.json",) or name.endswith(("-symbol.json", "manifest.json"))
                if is_model or pathlib.Path(name).suffix not in OTHERS:
                    yield folder / name


def once(program, model):
    """Exit code, seconds and peak memory (MiB) of one process."""
    start = time.perf_counter()
    child = subprocess.Popen(
        [program, "inspect", model], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, time.perf_counter() - start, usage.ru_maxrss / 1024


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """A protobuf field: whole numbers as such, all else with its length in front."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def write_gigabyte(folder):
    """64 products of 2048×2048 weights that lie in one file of 1 GiB, which has no blocks on disk."""
    side, layers = 2048, 64
    size = side * side * 4

    def value(name, rows):
        shape = b"".join(field(1, field(1, length)) for length in (rows, side))
        return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))

    graph = bytearray()
    for layer in range(layers):
        node = field(1, f"h{layer}") + field(1, f"w{layer}") + field(2, f"h{layer + 1}")
        graph += field(1, node + field(3, f"product{layer}") + field(4, "MatMul"))
        places = {"location": "weights.bin", "offset": str(layer * size), "length": str(size)}
        weight = field(1, side) + field(1, side) + field(2, 1) + field(8, f"w{layer}")
        for key, text in places.items():
            weight += field(13, field(1, key) + field(2, text))
        graph += field(5, weight + field(14, 1))
    graph += field(2, "gigabyte") + field(11, value("h0", 1)) + field(12, value(f"h{layers}", 1))
    path = folder / "gigabyte.onnx"
    path.write_bytes(field(1, 8) + field(7, bytes(graph)) + field(8, field(2, 17)))
    with open(folder / "weights.bin", "wb") as weights:
        weights.truncate(layers * size)
    return path


def main():
    options = parse()
    with tempfile.TemporaryDirectory() as work:
        models = list(files(options.models))
        if options.gigabyte:
            models.append(write_gigabyte(pathlib.Path(work)))
        rows = []
        for model in models:
            code, _, _ = once(options.program, model)
            if code not in (0, 4):
                print(f"exit {code}: {model}")
                continue
            runs = [once(options.program, model) for _ in range(options.rounds)]
            times = [seconds * 1000 for _, seconds, _ in runs]
            rows.append((statistics.median(times), max(times), max(r[2] for r in runs), model))
        print(f"{'median ms':>10}{'most ms':>9}{'peak MiB':>10}  model")
        for median, most, peak, model in sorted(rows):
            print(f"{median:10.1f}{most:9.1f}{peak:10.1f}  {model}")


if __name__ == "__main__":
    main()
