#!/usr/bin/env python3
"""Prints what it takes to start, open and run a model: times, arena, memory.

    footprint.py [MODEL] [--lamina PROGRAM] [--rounds N] [--backend NAME] [--threads N]

Without MODEL: MobileNetV2 in the folder that LAMINA_ASSETS names. Every round is a new process;
times are medians over the rounds, with the least and the greatest. "start" is `lamina --version`
from fork to exit, "inspect" the same with opening the model and inferring every shape.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
USUAL = "models/tflite/mobilenet_v2_1.0_224_quant/mobilenet_v2_1.0_224_quant.tflite"


def wall_ms(command):
    """Milliseconds from fork to exit."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def spread(values, unit="ms"):
    return f"{statistics.median(values):9.2f} {unit}   ({min(values):.2f} to {max(values):.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?")
    parser.add_argument("--lamina", default=str(ROOT / ".build/release/lamina"))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--backend", default="cpu")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    model = options.model
    if model is None:
        folder = os.environ.get("LAMINA_ASSETS")
        if not folder:
            sys.exit("name a model, or the folder of the assets in LAMINA_ASSETS")
        model = str(pathlib.Path(folder, USUAL))

    run = [options.lamina, "run", model, "--json", "--runs", "30", "--warmup", "3",
           "--backend", options.backend]
    if options.threads:
        run += ["--threads", str(options.threads)]
    start = [wall_ms([options.lamina, "--version"]) for _ in range(options.rounds)]
    inspect = [wall_ms([options.lamina, "inspect", model]) for _ in range(options.rounds)]
    results = [json.loads(subprocess.run(run, check=True, capture_output=True).stdout)
               for _ in range(options.rounds)]
    timing = {key: [r["timing"][key] for r in results]
              for key in ("load_ms", "prepare_ms", "first_ms", "median_ms")}
    first = results[0]
    print(f"{first['model']}  {first['format']}")
    print(f"{first['backend']}, {first['precision']}, {first['threads']} threads, "
          f"{options.rounds} rounds")
    print("start           ", spread(start))
    print("inspect         ", spread(inspect))
    print("open            ", spread(timing["load_ms"]))
    print("prepare         ", spread(timing["prepare_ms"]))
    print("first run       ", spread(timing["first_ms"]))
    print("later runs      ", spread(timing["median_ms"]))
    print("arena           ", f"{first['arena_bytes'] / 1e6:9.2f} MB")
    print("packed weights  ", f"{first['packed_bytes'] / 1e6:9.2f} MB")
    print("peak resident   ", spread([r["peak_rss_bytes"] / 1e6 for r in results], "MB"))


if __name__ == "__main__":
    main()
