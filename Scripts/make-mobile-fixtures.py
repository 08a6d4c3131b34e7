#!/usr/bin/env python3
"""Writes the ncnn, MNN and MDL models of Tests/Fixtures and records what other runtimes compute.

    make-mobile-fixtures.py OUT_FOLDER

ncnn's files are written here and run by ncnn (float32, plain kernels); MNN's come from its converter
and are run by MNN; an MDL net is compared with the same net in ONNX Runtime. Seeds are fixed.
Needs the packages ncnn, MNN, onnx, onnxruntime and numpy.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

RANDOM = np.random.default_rng(5)


def random(*shape):
    """Weights of a size that keeps sums near one."""
    fan_in = max(int(np.prod(shape[1:])), 1)
    return (RANDOM.standard_normal(shape) / np.sqrt(fan_in)).astype(np.float32)


def record(folder, inputs, outputs, rtol=1e-4, atol=1e-5):
    """Writes inputs, outputs and the tolerance beside a model."""
    data = folder / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    for kind, arrays in (("input", inputs), ("output", outputs)):
        for index, array in enumerate(arrays):
            np.save(data / f"{kind}_{index}.npy", array)
    (folder / "tolerance.json").write_text(json.dumps({"rtol": rtol, "atol": atol}) + "\n")


# ncnn


class Ncnn:
    """Layers as text and weights as bytes."""

    TAGS = {"fp32": 0, "fp16": 0x01306B47, "int8": 0x000D4B38}

    def __init__(self):
        self.layers, self.blobs, self.weights = [], 0, bytearray()

    def layer(self, kind, name, bottoms, tops, *parameters):
        self.blobs += len(tops)
        self.layers.append(
            " ".join([kind, name, str(len(bottoms)), str(len(tops)), *bottoms, *tops, *parameters]))

    def tagged(self, array, kind="fp32"):
        """Adds weights behind a word that says how they are stored."""
        dtype = {"fp32": np.float32, "fp16": np.float16, "int8": np.int8}[kind]
        raw = array.astype(dtype).tobytes()
        self.weights += struct.pack("<I", self.TAGS[kind]) + raw + b"\0" * (-len(raw) % 4)

    def plain(self, array):
        self.weights += np.asarray(array, np.float32).tobytes()

    def save(self, folder, stem):
        folder.mkdir(parents=True, exist_ok=True)
        text = ["7767517", f"{len(self.layers)} {self.blobs}", *self.layers]
        (folder / f"{stem}.param").write_text("\n".join(text) + "\n")
        (folder / f"{stem}.bin").write_bytes(bytes(self.weights))


def run_ncnn(folder, stem, inputs):
    import ncnn

    net = ncnn.Net()
    net.opt.num_threads = 1
    for option in ("vulkan_compute", "fp16_packed", "fp16_storage", "fp16_arithmetic",
                   "bf16_storage", "packing_layout", "winograd_convolution", "sgemm_convolution"):
        setattr(net.opt, f"use_{option}", False)
    assert net.load_param(str(folder / f"{stem}.param")) == 0
    assert net.load_model(str(folder / f"{stem}.bin")) == 0
    extractor = net.create_extractor()
    for name, array in zip(net.input_names(), inputs):
        extractor.input(name, ncnn.Mat(np.ascontiguousarray(array)).clone())
    return [np.array(extractor.extract(name)[1]) for name in net.output_names()]


def ncnn_images(kind):
    """Convolutions, poolings and what shuffles channels, with weights of one kind."""
    net = Ncnn()
    net.layer("Input", "data", [], ["data"])
    net.layer("Convolution", "conv", ["data"], ["a"], "0=8", "1=3", "3=2", "4=1", "5=1", "6=216",
              "9=1")
    net.tagged(random(8, 3, 3, 3), kind)
    net.plain(random(8))
    net.layer("Split", "split", ["a"], ["a0", "a1"])
    net.layer("ConvolutionDepthWise", "depth", ["a0"], ["b"], "0=8", "1=3", "4=-233", "5=1",
              "6=72", "7=8", "9=2", "-23310=1,1.000000e-01")
    net.tagged(random(8, 1, 3, 3), kind)
    net.plain(random(8))
    net.layer("ShuffleChannel", "shuffle", ["b"], ["c"], "0=2")
    net.layer("Slice", "slice", ["c"], ["c0", "c1"], "-23300=2,3,-233")
    net.layer("Pooling", "pool", ["c0"], ["d"], "0=0", "1=3", "2=2")
    net.layer("Pooling", "mean", ["c1"], ["e"], "0=1", "1=3", "2=2", "3=1", "5=1")
    net.layer("Interp", "grow", ["d"], ["f"], "0=2", "1=2.0", "2=2.0")
    net.layer("Pooling", "global", ["a1"], ["g"], "0=1", "4=1")
    net.layer("InnerProduct", "score", ["g"], ["h"], "0=4", "1=1", "2=32")
    net.tagged(random(4, 8), kind)
    net.plain(random(4))
    net.layer("Softmax", "prob", ["h"], ["i"], "0=0")
    return net


def ncnn_int8():
    """An 8-bit convolution whose result stays in codes for the next one, which gives numbers."""
    net = Ncnn()
    net.layer("Input", "data", [], ["data"], "0=6", "1=6", "2=3")
    net.layer("Convolution", "first", ["data"], ["a"], "0=4", "1=3", "4=1", "5=1", "6=108",
              "8=101", "9=1")
    net.tagged(RANDOM.integers(-127, 128, (4, 3, 3, 3)), "int8")
    net.plain(random(4))
    net.plain([300, 350, 400, 420])
    net.plain([127])
    net.plain([30])
    net.layer("ConvolutionDepthWise", "second", ["a"], ["b"], "0=4", "1=3", "5=1", "6=36", "7=4",
              "8=1")
    net.tagged(RANDOM.integers(-127, 128, (4, 1, 3, 3)), "int8")
    net.plain(random(4))
    net.plain([200, 210, 220, 230])
    net.plain([30])
    net.layer("InnerProduct", "score", ["b"], ["c"], "0=5", "1=0", "2=320", "8=2")
    net.tagged(RANDOM.integers(-127, 128, (5, 64)), "int8")
    net.plain([900, 910, 920, 930, 940])
    net.plain([60])
    return net


def ncnn_sequence():
    """Recurrent layers, attention and norms over rows."""
    net = Ncnn()
    net.layer("Input", "rows", [], ["rows"])
    net.layer("LSTM", "lstm", ["rows"], ["a"], "0=4", "1=192", "2=2")
    net.tagged(random(2, 16, 6))
    net.tagged(random(2, 4, 4))
    net.tagged(random(2, 16, 4))
    net.layer("GRU", "gru", ["a"], ["b"], "0=8", "1=192")
    net.tagged(random(1, 24, 8))
    net.tagged(random(1, 4, 8))
    net.tagged(random(1, 24, 8))
    net.layer("LayerNorm", "norm", ["b"], ["c"], "0=8", "1=1.0e-05")
    net.plain(random(8))
    net.plain(random(8))
    net.layer("MultiHeadAttention", "attention", ["c"], ["d"], "0=8", "1=2", "2=64")
    for _ in range(4):
        net.tagged(random(8, 8))
        net.plain(random(8))
    net.layer("BinaryOp", "scaled", ["d"], ["e"], "0=2", "1=1", "2=5.0e-01")
    net.layer("Permute", "turned", ["e"], ["f"], "0=1")
    net.layer("Reshape", "shaped", ["f"], ["g"], "0=2", "1=-1", "2=4")
    net.layer("Reduction", "sums", ["g"], ["h"], "0=0", "1=0", "-23303=1,2", "5=1")
    return net


def make_ncnn(out):
    image = RANDOM.random((3, 13, 15)).astype(np.float32)
    cases = {
        "ncnn-float": (ncnn_images("fp32"), [image]),
        "ncnn-float16": (ncnn_images("fp16"), [image]),
        "ncnn-int8": (ncnn_int8(), [RANDOM.random((3, 6, 6)).astype(np.float32)]),
        "ncnn-sequence": (ncnn_sequence(), [RANDOM.random((5, 6)).astype(np.float32)]),
    }
    for name, (net, inputs) in cases.items():
        folder = out / name
        net.save(folder, "model")
        record(folder, inputs, run_ncnn(folder, "model", inputs))


# MNN


def small_onnx():
    """conv → depthwise → add → resize → pool → linear → softmax"""
    names = iter(f"t{index}" for index in range(100))
    weights, nodes = [], []

    def constant(array):
        name = f"w{len(weights)}"
        weights.append(numpy_helper.from_array(array, name))
        return name

    def node(kind, *inputs, **attributes):
        nodes.append(helper.make_node(kind, inputs, [next(names)], **attributes))
        return nodes[-1].output[0]

    a = node("Conv", "image", constant(random(16, 3, 3, 3)), constant(random(16)),
             strides=[2, 2], pads=[1, 1, 1, 1])
    a = node("Relu", a)
    b = node("Conv", a, constant(random(16, 1, 3, 3)), constant(random(16)), group=16,
             pads=[1, 1, 1, 1])
    b = node("Conv", b, constant(random(16, 16, 1, 1)), constant(random(16)))
    c = node("Sigmoid", node("Add", a, b))
    c = node("MaxPool", c, kernel_shape=[3, 3], strides=[2, 2])
    c = node("Transpose", c, perm=[0, 2, 3, 1])
    c = node("Reshape", c, constant(np.int64([1, -1, 16])))
    c = node("ReduceMean", c, axes=[1], keepdims=0)
    c = node("Gemm", c, constant(random(5, 16)), constant(random(5)), transB=1)
    nodes.append(helper.make_node("Softmax", [c], ["prob"], axis=1))
    shape = [1, 3, 14, 14]
    graph = helper.make_graph(
        nodes, "small", [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("prob", TensorProto.FLOAT, [1, 5])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    return model


MNN_RUN = """
import sys, MNN, numpy as np
net = MNN.Interpreter(sys.argv[1])
session = net.createSession({"numThread": 1, "precision": "high"})
x = np.load(sys.argv[2])
net.getSessionInput(session).copyFrom(
    MNN.Tensor(x.shape, MNN.Halide_Type_Float, x, MNN.Tensor_DimensionType_Caffe))
net.runSession(session)
y = net.getSessionOutput(session)
host = MNN.Tensor(y.getShape(), MNN.Halide_Type_Float, np.zeros(y.getShape(), np.float32),
                  MNN.Tensor_DimensionType_Caffe)
y.copyToHostTensor(host)
np.save(sys.argv[3], np.array(host.getData(), np.float32).reshape(y.getShape()))
"""


def make_mnn(out):
    """The converter is called as a function: the package's command sends statistics away."""
    kinds = {
        "mnn-float": [], "mnn-float16": ["--fp16"], "mnn-int8-weights": ["--weightQuantBits", "8"],
        "mnn-int4-weights": ["--weightQuantBits", "4", "--weightQuantAsymmetric", "1"],
    }
    image = RANDOM.random((1, 3, 14, 14)).astype(np.float32)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        onnx.save(small_onnx(), work / "small.onnx")
        np.save(work / "x.npy", image)
        for name, options in kinds.items():
            folder = out / name
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / "model.mnn"
            arguments = ["mnnconvert", "-f", "ONNX", "--modelFile", str(work / "small.onnx"),
                         "--MNNModel", str(path), "--bizCode", "MNN", *options]
            code = f"import MNN, _tools; _tools.mnnconvert({arguments!r})"
            subprocess.run([sys.executable, "-c", code], check=True, cwd=work,
                           stdout=subprocess.DEVNULL)
            subprocess.run([sys.executable, "-c", MNN_RUN, path.resolve(), work / "x.npy",
                            work / "y.npy"], check=True, cwd=work)
            # MNN may compute with 8-bit weights in whole numbers.
            record(folder, [image], [np.load(work / "y.npy")], 1e-3, 1e-3)


# MDL


def make_mdl(out):
    """A convolution, a pooling that rounds up, and a matrix that the file holds transposed."""
    conv, bias = random(4, 3, 3, 3), random(4)
    matrix, offset = random(5, 4 * 3 * 3), random(5)
    layers = [
        {"name": "conv", "input": ["data"], "output": ["conv"], "weight": ["conv_0", "conv_1"],
         "type": "ConvolutionLayer",
         "param": {"output_num": 4, "kernel_size": 3, "pad": 1, "stride": 2}},
        {"name": "relu", "input": ["conv"], "output": ["conv"], "weight": [], "type": "ReluLayer"},
        {"name": "pool", "input": ["conv"], "output": ["pool"], "weight": [],
         "type": "PoolingLayer",
         "param": {"type": "max", "kernel_size": 2, "pad": 0, "stride": 2}},
        {"name": "fc", "input": ["pool"], "output": ["fc"], "weight": ["fc_0", "fc_1"],
         "type": "FCLayer", "param": {"output_num": 5}},
        {"name": "prob", "input": ["fc"], "output": ["prob"], "weight": [],
         "type": "SoftmaxLayer"},
    ]
    shapes = {"data": [1, 3, 9, 9], "conv": [1, 4, 5, 5], "pool": [1, 4, 3, 3],
              "conv_0": [4, 3, 3, 3], "conv_1": [4], "fc_0": [5, 36], "fc_1": [5],
              "fc": [1, 5, 1, 1], "prob": [1, 5, 1, 1]}
    text = json.dumps({"layer": layers, "matrix": shapes, "meta": {"model_version": 1}})
    stored = {"conv_0": conv, "conv_1": bias, "fc_0": matrix.T, "fc_1": offset}
    for name, is_quantized in (("mdl-float", False), ("mdl-bytes", True)):
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.json").write_text(f"{text} {mdl_signature(text)}=")
        bounds, data, used = b"", b"", {}
        for key, array in stored.items():
            low, high = np.float32(array.min()), np.float32(array.max())
            codes = np.round((array - low) / (high - low) * 255).astype(np.uint8)
            used[key] = codes * np.float32((high - low) / 255) + low if is_quantized else array
            bounds += struct.pack("<ff", low, high) if is_quantized else b""
            data += codes.tobytes() if is_quantized else np.float32(array).tobytes()
        sizes = struct.pack(f"<{len(stored)}i", *(a.size for a in stored.values()))
        names = b"".join(key.encode().ljust(30, b"\0") for key in stored)
        body = struct.pack("<ii", 1, len(stored)) + sizes + bounds + names + data
        (folder / "data.bin").write_bytes(struct.pack("<i", len(body) + 4) + body)
        image = RANDOM.random((1, 3, 9, 9)).astype(np.float32)
        record(folder, [image], [mdl_expected(image, used)])


def mdl_signature(text):
    """The number that MDL wants behind its JSON."""
    result = 37
    for character in text[::10]:
        result = (result * 54059 ^ ord(character) * 76963) & 0xFFFFFFFF
    return result


def mdl_expected(image, weights):
    nodes = [
        helper.make_node("Conv", ["x", "c", "b"], ["a"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Relu", ["a"], ["r"]),
        helper.make_node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2],
                         ceil_mode=1),
        helper.make_node("Flatten", ["p"], ["l"]),
        helper.make_node("Gemm", ["l", "m", "o"], ["s"]),
        helper.make_node("Softmax", ["s"], ["y"], axis=1),
    ]
    constants = {"c": "conv_0", "b": "conv_1", "m": "fc_0", "o": "fc_1"}
    tensors = [numpy_helper.from_array(np.ascontiguousarray(weights[key], np.float32), name)
               for name, key in constants.items()]
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 9, 9])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 5])], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": image})[0].reshape(1, 5, 1, 1)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    make_ncnn(folder)
    make_mnn(folder)
    make_mdl(folder)
