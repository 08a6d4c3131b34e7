#!/usr/bin/env python3
"""Times whole networks on lamina and on other engines, which take turns.

    networks.py MODEL.onnx|MODEL.tflite … [--threads 1,2] [--rounds 5] [--runs 30]
                [--engines lamina,onnxruntime,openvino,litert] [--precision bf16]
                [--lamina PATH] [--json FILE]

Run it with a Python that has numpy and the peers: pip install numpy onnxruntime openvino
ai-edge-litert. An engine that is missing, or does not read the format, is left out. The input is
`MODEL.input.npy` beside the model (for `NAME.int8.onnx` also `NAME.input.npy`), else seeded noise.

Every measurement is a process of its own on as many cores as it has threads; within a round the
engines take turns, and the next round begins with the next engine, so that a machine that slows
down slows all of them. `x` is the median over the rounds of lamina's median divided by the best
peer's of the same round. Outputs are held against the first peer's: their cosine is shown, and an
engine under 0.9 is no peer. With `--precision bf16` lamina and OpenVINO compute in bfloat16, the
others in float32.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

PEERS = ["onnxruntime", "openvino", "litert"]
FORMATS = {"onnxruntime": ".onnx", "openvino": ".onnx", "litert": ".tflite"}


def input_path(model, folder):
    """The recorded input of a model as the model takes it, or noise of the shape that it says."""
    import numpy as np

    stem = os.path.splitext(model)[0]
    shape, dtype, (scale, zero) = input_type(model)
    recorded = [n for n in (stem, stem.removesuffix(".int8")) if os.path.exists(n + ".input.npy")]
    if recorded:
        path = recorded[0] + ".input.npy"
        x = np.load(path)
        if x.shape == shape and x.dtype == dtype:
            return path
        if x.ndim == 4 and x.shape != shape:
            x = x.transpose(0, 2, 3, 1)
    else:
        x = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
        if scale == 0:
            scale = 1 / 40
    if dtype != np.float32:
        limits = np.iinfo(dtype)
        x = np.clip(np.round(x / scale) + zero, limits.min, limits.max)
    path = os.path.join(folder, os.path.basename(stem) + ".npy")
    np.save(path, np.ascontiguousarray(x.reshape(shape), dtype))
    return path


def input_type(model):
    """Shape and element type of the first input, and its scale and zero point."""
    import numpy as np

    if model.endswith(".tflite"):
        from ai_edge_litert.interpreter import Interpreter

        detail = Interpreter(model_path=model).get_input_details()[0]
        return tuple(detail["shape"]), np.dtype(detail["dtype"]), detail["quantization"]
    import onnxruntime

    info = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).get_inputs()[0]
    shape = tuple(d if isinstance(d, int) else 1 for d in info.shape)
    return shape, np.dtype("float32"), (0, 0)


# The peers: each returns a function that runs once, and one that returns the first output.


def load_onnxruntime(model, x, threads, precision):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: x}
    return lambda: session.run(None, feed), lambda: session.run(None, feed)[0]


def load_openvino(model, x, threads, precision):
    import openvino as ov
    import openvino.properties as properties
    import openvino.properties.hint as hint

    compiled = ov.Core().compile_model(
        model,
        "CPU",
        {
            hint.performance_mode: hint.PerformanceMode.LATENCY,
            hint.inference_precision: ov.Type.bf16 if precision == "bf16" else ov.Type.f32,
            properties.inference_num_threads: threads,
        },
    )
    request = compiled.create_infer_request()
    request.set_input_tensor(0, ov.Tensor(x, shared_memory=True))
    return request.infer, lambda: request.get_output_tensor(0).data


def load_litert(model, x, threads, precision):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=model, num_threads=threads)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    output = interpreter.get_output_details()[0]["index"]
    return interpreter.invoke, lambda: interpreter.get_tensor(output)


LOADERS = {
    "onnxruntime": load_onnxruntime,
    "openvino": load_openvino,
    "litert": load_litert,
}


def peak_bytes():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


def worker(engine, model, source, threads, runs, target, precision):
    """One measurement of a peer, in this process; prints a JSON object."""
    import numpy as np

    x = np.load(source)
    start = time.perf_counter()
    run, output = LOADERS[engine](model, x, threads, precision)
    loaded = time.perf_counter()
    run()
    first = time.perf_counter()
    for _ in range(2):
        run()
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        run()
        times.append((time.perf_counter() - begin) * 1e3)
    np.save(target, np.asarray(output()))
    print(json.dumps({
        "load_ms": (loaded - start) * 1e3,
        "first_ms": (first - loaded) * 1e3,
        "median_ms": statistics.median(times),
        "peak_bytes": peak_bytes(),
    }))


def measure(engine, model, source, threads, options, folder):
    """One measurement in a process of its own; None where the engine cannot."""
    cores = sorted(os.sched_getaffinity(0))[-threads:]
    target = os.path.join(folder, engine + ".npy")
    if engine == "lamina":
        outputs = os.path.join(folder, "lamina")
        command = [options.lamina, "run", model, "--input", source, "--threads", str(threads)]
        command += ["--runs", str(options.runs), "--json", "--output", outputs]
        command += ["--precision", options.precision] if options.precision else []
    else:
        command = [sys.executable, os.path.abspath(__file__), "--worker", engine, model, source]
        command += [str(threads), str(options.runs), target, options.precision or "fp32"]
    command = ["taskset", "-c", ",".join(map(str, cores))] + command
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        print(f"{engine}: {result.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    if engine != "lamina":
        return json.loads(result.stdout.splitlines()[-1]) | {"output": target}
    report = json.loads(result.stdout)
    timing = report["timing"]
    return {
        "load_ms": timing["load_ms"] + timing.get("prepare_ms", 0),
        "first_ms": timing["first_ms"],
        "median_ms": timing["median_ms"],
        "peak_bytes": report["peak_rss_bytes"],
        "output": report["outputs"][0]["file"],
    }


def cosine(a, b):
    import numpy as np

    a, b = (np.load(path).astype(np.float64).ravel() for path in (a, b))
    if a.size != b.size:
        return 0.0
    return float(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-30))


def benchmark(model, threads, options, folder):
    """All rounds of one model with one number of threads; returns a row of the table."""
    engines = [e for e in options.engines if e == "lamina" or model.endswith(FORMATS[e])]
    source = input_path(model, folder)
    rounds = []
    for number in range(options.rounds):
        turn = number % len(engines)
        results = {}
        for engine in engines[turn:] + engines[:turn]:
            result = measure(engine, model, source, threads, options, folder)
            if result is None:
                engines = [e for e in engines if e != engine]
                break
            results[engine] = result
        else:
            rounds.append(results)
    if not rounds or "lamina" not in engines:
        return None
    peers = [e for e in engines if e != "lamina"]
    reference = rounds[-1][peers[0]]["output"] if peers else None
    agreement = {e: cosine(rounds[-1][e]["output"], reference) for e in engines if reference}
    peers = [e for e in peers if agreement[e] >= 0.9]
    row = {"model": os.path.basename(model), "threads": threads, "cosine": agreement}
    for key in ("median_ms", "load_ms", "first_ms", "peak_bytes"):
        row[key] = {e: statistics.median(r[e][key] for r in rounds) for e in engines}
    if peers:
        ratios = [
            r["lamina"]["median_ms"] / min(r[e]["median_ms"] for e in peers) for r in rounds
        ]
        row["x"], row["spread"] = statistics.median(ratios), (min(ratios), max(ratios))
    return row


def print_table(rows, engines):
    engines = [e for e in engines if any(e in row["median_ms"] for row in rows)]
    print("| network | threads | " + " | ".join(f"{e} ms" for e in engines)
          + " | x (spread) | ready ms: lamina, peers | first run ms | peak MB | cosine |")
    print("|---|---:|" + "---:|" * len(engines) + "---:|---|---|---|---:|")
    for row in rows:
        def each(key, scale=1.0, form="{:.1f}"):
            return ", ".join(
                form.format(row[key][e] * scale) for e in engines if e in row[key])

        times = " | ".join(
            f"{row['median_ms'][e]:.3f}" if e in row["median_ms"] else "" for e in engines)
        ratio = f"{row['x']:.2f} ({row['spread'][0]:.2f}–{row['spread'][1]:.2f})" \
            if "x" in row else ""
        print(f"| {row['model']} | {row['threads']} | {times} | {ratio} | {each('load_ms')} | "
              f"{each('first_ms', form='{:.2f}')} | {each('peak_bytes', 1e-6, '{:.0f}')} | "
              f"{row['cosine'].get('lamina', 1):.5f} |")


def main():
    if sys.argv[1:2] == ["--worker"]:
        engine, model, source, threads, runs, target, precision = sys.argv[2:]
        return worker(engine, model, source, int(threads), int(runs), target, precision)
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--threads", default="1")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--precision", choices=["bf16"])
    parser.add_argument("--engines", default=",".join(["lamina"] + PEERS))
    parser.add_argument("--lamina", default=os.path.join(root, ".build/release/lamina"))
    parser.add_argument("--json", help="a file to write all rows to")
    options = parser.parse_args()
    options.engines = options.engines.split(",")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for threads in map(int, options.threads.split(",")):
            for model in options.models:
                row = benchmark(model, threads, options, folder)
                if row:
                    rows.append(row)
                    print(f"{row['model']} {threads}: x {row.get('x', 0):.3f}", file=sys.stderr)
    print_table(rows, options.engines)
    if options.json:
        json.dump(rows, open(options.json, "w"), indent=1)


if __name__ == "__main__":
    main()
