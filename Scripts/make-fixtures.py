#!/usr/bin/env python3
"""Writes the small models of Tests/Fixtures and records what other runtimes compute for them.

    make-fixtures.py OUT_FOLDER [NAME …]

Each model gets a folder as `lamina verify` reads it: model.tflite or model.onnx, tolerance.json, and
test_data_set_0 with the inputs and outputs, by LiteRT (reference kernels) or by ONNX Runtime. Seeds
are fixed. Models that nobody can run have no recorded data.
"""
import json
import pathlib
import sys
import zlib

import fixtures_onnx
import fixtures_tflite
import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter, OpResolverType

fixtures_tflite.REFERENCE = OpResolverType.BUILTIN_REF


def values(inputs, name):
    """The input arrays: given ones as they are, others random, the same at every call."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    arrays = []
    for given in inputs:
        if isinstance(given, np.ndarray):
            arrays.append(given)
            continue
        shape, dtype = given
        if np.issubdtype(dtype, np.integer):
            bounds = np.iinfo(dtype)
            arrays.append(random.integers(bounds.min, bounds.max, shape, dtype, endpoint=True))
        else:
            arrays.append(random.random(shape).astype(dtype))
    return arrays


def run_tflite(path, arrays):
    """LiteRT's outputs of the first subgraph."""
    interpreter = Interpreter(
        str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    details = interpreter.get_input_details()
    for detail, array in zip(details, arrays):
        if list(detail["shape"]) != list(array.shape):
            interpreter.resize_tensor_input(detail["index"], array.shape)
    interpreter.allocate_tensors()
    for detail, array in zip(details, arrays):
        interpreter.set_tensor(detail["index"], array)
    interpreter.invoke()
    return [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]


def run_onnx(path, arrays):
    """ONNX Runtime's outputs, without its graph optimizations."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {i.name: a for i, a in zip(session.get_inputs(), arrays)})


def record(folder, path, run, inputs, tolerance):
    """Writes the inputs, the outputs and the tolerance beside the model."""
    arrays = values(inputs, folder.name)
    data = folder / "test_data_set_0"
    data.mkdir(exist_ok=True)
    for kind, items in (("input", arrays), ("output", run(path, arrays))):
        for index, item in enumerate(items):
            np.save(data / f"{kind}_{index}.npy", np.asarray(item))
    rtol, atol = tolerance
    (folder / "tolerance.json").write_text(json.dumps({"rtol": rtol, "atol": atol}) + "\n")


def main(out, names):
    for module, suffix, run in ((fixtures_tflite, "tflite", run_tflite),
                                (fixtures_onnx, "onnx", run_onnx)):
        for name, (build, inputs, tolerance) in module.FIXTURES.items():
            if names and name not in names:
                continue
            folder = pathlib.Path(out, name)
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"model.{suffix}"
            built = build()
            files = built if isinstance(built, dict) else {path.name: built}
            for file, data in files.items():
                (folder / file).write_bytes(data)
            if inputs is not None:
                record(folder, path, run, inputs, tolerance)
            print(name, sum(len(d) for d in files.values()), "bytes")


if __name__ == "__main__":
    main(sys.argv[1], set(sys.argv[2:]))
