#!/usr/bin/env python3
"""Compares the time of single operators with ONNX Runtime's, on shapes that real models have.

    operators.py [--lamina PROGRAM] [--backend NAME] [--runs N] [--only NAME] [--limit 20]

Each operator is a model of one node with random inputs, one thread on both sides, medians in
milliseconds. Exit code 1 when one takes more than LIMIT times as long as with ONNX Runtime.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parent.parent
F, I = np.float32, np.int64


def table():
    """Name, operator, shapes of inputs, constants, attributes."""
    image, wide, text = (1, 64, 56, 56), (1, 256, 28, 28), (1, 197, 768)
    yield "Conv 3x3", "Conv", [image], [(64, 64, 3, 3)], {"pads": [1] * 4}
    yield "Conv depthwise", "Conv", [image], [(64, 1, 3, 3)], {"pads": [1] * 4, "group": 64}
    yield "ConvTranspose", "ConvTranspose", [(1, 64, 28, 28)], [(64, 32, 2, 2)], {"strides": [2, 2]}
    yield "MatMul", "MatMul", [text], [(768, 768)], {}
    yield "Gemm", "Gemm", [(8, 1024)], [(1024, 1000), (1000,)], {}
    yield "MaxPool", "MaxPool", [image], [], {"kernel_shape": [3, 3], "strides": [2, 2]}
    yield "AveragePool", "AveragePool", [image], [], {"kernel_shape": [3, 3]}
    yield "GlobalAveragePool", "GlobalAveragePool", [wide], [], {}
    yield "LRN", "LRN", [image], [], {"size": 5}
    for op in ("Relu", "Sigmoid", "Tanh", "Exp", "Erf", "Softplus", "HardSwish", "Elu", "LeakyRelu",
               "Gelu", "Mish", "Sqrt", "Abs", "Floor", "Sin", "Cos", "Log"):
        yield op, op, [wide], [], {}
    for op in ("Add", "Mul", "Sub", "Div", "Max", "Pow"):
        yield op, op, [wide, wide], [], {}
        yield f"{op} by channel", op, [wide], [(1, 256, 1, 1)], {}
    yield "PRelu", "PRelu", [wide], [(256, 1, 1)], {}
    yield "Clip", "Clip", [wide], [F(0), F(6)], {}
    for op in ("Softmax", "LogSoftmax"):
        yield op, op, [(12, 197, 197)], [], {"axis": -1}
    yield "LayerNormalization", "LayerNormalization", [text], [(768,), (768,)], {}
    yield "InstanceNormalization", "InstanceNormalization", [image], [(64,), (64,)], {}
    yield "GroupNormalization", "GroupNormalization", [image], [(64,), (64,)], {"num_groups": 32}
    yield "RMSNormalization", "RMSNormalization", [text], [(768,)], {}
    yield "BatchNormalization", "BatchNormalization", [image], [(64,), (64,), (64,), (64,)], {}
    for op in ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceL2", "ReduceLogSumExp"):
        yield op, op, [text], [np.array([-1], I)], {}
    yield "ArgMax", "ArgMax", [(1, 21, 257, 257)], [], {"axis": 1}
    yield "TopK", "TopK", [(1, 8400)], [np.array([300], I)], {}
    yield "CumSum", "CumSum", [text], [np.array(1, I)], {}
    yield "Transpose", "Transpose", [(1, 197, 12, 64)], [], {"perm": [0, 2, 1, 3]}
    yield "Concat", "Concat", [image, image], [], {"axis": 1}
    yield "Split", "Split", [(1, 197, 2304)], [], {"axis": 2, "num_outputs": 3}
    yield "Slice", "Slice", [image], [np.array([1, 1], I), np.array([55, 55], I), np.array([2, 3], I)], {}
    yield "Pad", "Pad", [image], [np.array([0, 0, 1, 1, 0, 0, 1, 1], I)], {"mode": "reflect"}
    yield "Gather", "Gather", [], [(30522, 384), np.arange(256, dtype=I).reshape(1, 256)], {}
    yield "GatherElements", "GatherElements", [(8400, 4)], [np.zeros((300, 4), I)], {"axis": 0}
    yield "Expand", "Expand", [(1, 256, 1, 1)], [np.array([1, 256, 28, 28], I)], {}
    yield "Tile", "Tile", [(1, 64, 28, 28)], [np.array([1, 1, 2, 2], I)], {}
    yield "DepthToSpace", "DepthToSpace", [(1, 36, 112, 112)], [], {"blocksize": 3}
    yield "Where", "Where", [wide], [np.arange(28) < 20, F(-1e9)], {}
    yield "Resize linear", "Resize", [image], [np.zeros(0, F), np.array([1, 1, 2, 2], F)], {"mode": "linear"}
    yield "Resize cubic", "Resize", [image], [np.zeros(0, F), np.array([1, 1, 2, 2], F)], {"mode": "cubic"}
    yield "GridSample", "GridSample", [(1, 32, 64, 64), (1, 64, 64, 2)], [], {}
    yield "Einsum", "Einsum", [(12, 197, 64), (12, 197, 64)], [], {"equation": "bid,bjd->bij"}
    yield "LSTM", "LSTM", [(50, 1, 128)], [(1, 512, 128), (1, 512, 128)], {"hidden_size": 128}
    yield "GRU", "GRU", [(50, 1, 128)], [(1, 384, 128), (1, 384, 128)], {"hidden_size": 128}
    yield "DFT", "DFT", [(1, 400, 512, 1)], [], {"axis": 2}
    yield "Cast", "Cast", [wide], [], {"to": TensorProto.FLOAT16}
    yield "NonZero", "NonZero", [(64, 64)], [], {}
    yield "ScatterND", "ScatterND", [(100, 768)], [np.arange(50, dtype=I).reshape(50, 1), (50, 768)], {}


def order(op, constants, inputs):
    """The node's inputs in order: most take what is computed first."""
    if op == "Where":
        return [constants[0], inputs[0], constants[1]]
    return inputs + constants


def build(op, shapes, constants, attributes):
    """A model of one node, and arrays for its inputs."""
    random = np.random.default_rng(0)
    names = [f"x{index}" for index in range(len(shapes))]
    arrays = [random.random(shape, dtype=F) + F(0.1) for shape in shapes]
    held = []
    for index, content in enumerate(constants):
        array = random.random(content, dtype=F) if isinstance(content, tuple) else np.asarray(content)
        held.append(numpy_helper.from_array(array, f"c{index}"))
    outputs = [f"y{index}" for index in range({"Split": 3, "TopK": 2}.get(op, 1))]
    node = helper.make_node(op, order(op, [h.name for h in held], names), outputs, **attributes)
    graph = helper.make_graph(
        [node], op,
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, a.shape) for n, a in zip(names, arrays)],
        [onnx.ValueInfoProto(name=name) for name in outputs], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)
    return onnx.shape_inference.infer_shapes(model), dict(zip(names, arrays))


def peer_ms(path, arrays, runs):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    times = []
    for _ in range(runs + 2):
        start = time.perf_counter()
        session.run(None, arrays)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[2:])


def own_ms(lamina, path, arrays, runs, backend, folder):
    command = [lamina, "run", path, "--json", "--threads", "1", "--backend", backend,
               "--runs", str(runs), "--warmup", "2"]
    for name, array in arrays.items():
        file = folder / f"{name}.npy"
        np.save(file, array)
        command += ["--input", f"{name}={file}"]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if finished.returncode:
        raise RuntimeError((finished.stderr or finished.stdout).strip()[:90])
    return json.loads(finished.stdout)["timing"]["median_ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lamina", default=str(ROOT / ".build/release/lamina"))
    parser.add_argument("--backend", default="cpu")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=float, default=20)
    chosen = parser.parse_args()
    slow = []
    print(f"{'operator':24} {'Lamina ms':>10} {'ORT ms':>10} {'times':>7}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for name, op, shapes, constants, attributes in table():
            if chosen.only not in name:
                continue
            path = str(folder / "model.onnx")
            try:
                model, arrays = build(op, shapes, constants, attributes)
                onnx.save(model, path)
                peer = peer_ms(path, arrays, chosen.runs)
                own = own_ms(chosen.lamina, path, arrays, chosen.runs, chosen.backend, folder)
            except Exception as error:  # a peer or a model that refuses is not a time
                print(f"{name:24} {str(error).splitlines()[0][:90]}")
                continue
            print(f"{name:24} {own:10.3f} {peer:10.3f} {own / peer:7.1f}", flush=True)
            if own > chosen.limit * peer and own > 0.1:
                slow.append(name)
    if slow:
        sys.exit(f"more than {chosen.limit:g} times as slow: {', '.join(slow)}")


if __name__ == "__main__":
    main()
