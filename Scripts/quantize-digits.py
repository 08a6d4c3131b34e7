#!/usr/bin/env python3
"""Quantizes the trained digit classifier to int8 and measures both files on the test images.

    quantize-digits.py MNIST_FOLDER DIGITS.onnx LABELS.txt OUT.tflite

Weights are quantized symmetrically, per output channel in the convolutions and per tensor in the
linear layers; activations per tensor, over the range that 1,000 training images reach. The labels
and the normalization travel inside the file as TFLite metadata.
"""
import argparse
import pathlib

import mnist
import numpy as np
import onnx
import onnxruntime
from ai_edge_litert.interpreter import Interpreter
from onnx import helper, numpy_helper
from tflite_writer import Writer, conv, fully_connected, image_metadata, pool, with_file

CALIBRATION_COUNT = 1000
# Layer: the ONNX value that its (fused) output is.
LAYERS = {"conv1": "relu1/out", "conv2": "relu2/out", "fc1": "relu3/out", "fc2": "fc2/out"}


def session(model):
    """A single-threaded ONNX Runtime session."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def ranges(model, images):
    """Lowest and highest value of each layer's output over `images`; zero is always inside."""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    probe.graph.output.extend(helper.make_empty_tensor_value_info(n) for n in LAYERS.values())
    runner = session(probe)
    found = {layer: (0.0, 0.0) for layer in LAYERS}
    for image in images:
        outputs = runner.run(list(LAYERS.values()), {"image": image})
        for layer, y in zip(LAYERS, outputs):
            low, high = found[layer]
            found[layer] = min(low, float(y.min())), max(high, float(y.max()))
    return found


def activation_scale(low, high):
    """Scale and zero point that spread [low, high] over the 256 values of an int8."""
    scale = (high - low) / 255
    return scale, int(round(-128 - low / scale))


def quantized_weights(weights, per_channel):
    """Weights as int8 from -127 to 127, and their scales."""
    axes = tuple(range(1, weights.ndim)) if per_channel else None
    scales = np.abs(weights).max(axis=axes) / 127
    shape = (-1,) + (1,) * (weights.ndim - 1)
    levels = np.rint(weights / np.reshape(scales, shape if per_channel else ()))
    return np.clip(levels, -127, 127).astype(np.int8), scales


def channels_last(parameters):
    """The network's weights in TFLite's order: channels last, also where fc1 reads conv2."""
    fc1 = parameters["fc1.weight"]
    return {
        "conv1": parameters["conv1.weight"].transpose(0, 2, 3, 1),
        "conv2": parameters["conv2.weight"].transpose(0, 2, 3, 1),
        "fc1": fc1.reshape(len(fc1), 32, 5, 5).transpose(0, 2, 3, 1).reshape(fc1.shape),
        "fc2": parameters["fc2.weight"],
    }


def build(parameters, spans, labels):
    """The int8 file's bytes, metadata and labels included."""
    model = Writer("LeNet, int8, trained on MNIST")
    weights = channels_last(parameters)
    scale = {"image": (1 / 255, -128), **{k: activation_scale(*v) for k, v in spans.items()}}

    def activation(name, shape, like):
        return model.tensor(name, shape, np.int8, *scale[like])

    def layer(name, previous):
        levels, scales = quantized_weights(weights[name], per_channel=weights[name].ndim == 4)
        bias_scales = scales * scale[previous][0]
        bias = np.rint(parameters[name + ".bias"] / bias_scales).astype(np.int32)
        return (model.constant(name + "/weights", levels, scale=scales),
                model.constant(name + "/bias", bias, scale=bias_scales))

    x = activation("image", [1, 28, 28, 1], "image")
    c1 = activation("conv1", [1, 28, 28, 16], "conv1")
    conv(model, x, *layer("conv1", "image"), c1, activation="RELU")
    p1 = activation("pool1", [1, 14, 14, 16], "conv1")
    pool(model, "MAX_POOL_2D", c1, p1, 2, 2)
    c2 = activation("conv2", [1, 10, 10, 32], "conv2")
    conv(model, p1, *layer("conv2", "conv1"), c2, padding="VALID", activation="RELU")
    p2 = activation("pool2", [1, 5, 5, 32], "conv2")
    pool(model, "MAX_POOL_2D", c2, p2, 2, 2)
    flat = activation("flatten", [1, 800], "conv2")
    model.op("RESHAPE", [p2, model.constant("flatten/shape", np.int32([1, 800]))], [flat],
             "ReshapeOptions", newShape=[1, 800])
    f1 = activation("fc1", [1, 96], "fc1")
    fully_connected(model, flat, *layer("fc1", "conv2"), f1, activation="RELU")
    f2 = activation("fc2", [1, 10], "fc2")
    fully_connected(model, f1, *layer("fc2", "fc1"), f2)
    y = model.tensor("digit", [1, 10], np.int8, 1 / 256, -128)
    model.op("SOFTMAX", [f2], [y], "SoftmaxOptions", version=2, beta=1.0)
    model.signature("serving_default", model.subgraph([x], [y]), {"image": x}, {"digit": y})
    model.metadata("TFLITE_METADATA", image_metadata(
        "digits", "A white digit on black", "labels.txt", [0], [255], gray=True))
    return with_file(model.bytes(), "labels.txt", labels)


def float_answers(model, images):
    """The class of each image by the ONNX file, in ONNX Runtime."""
    runner = session(model)
    return np.array([runner.run(None, {"image": x})[0].argmax() for x in images])


def int8_answers(data, images):
    """The class of each image by the TFLite file, in LiteRT."""
    interpreter = Interpreter(model_content=data, num_threads=1)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    result = interpreter.get_output_details()[0]["index"]
    answers = []
    for image in images:
        levels = np.rint(image * 255).astype(np.int16) - 128
        interpreter.set_tensor(source, levels.astype(np.int8).reshape(1, 28, 28, 1))
        interpreter.invoke()
        answers.append(interpreter.get_tensor(result).argmax())
    return np.array(answers)


def scaled(images):
    """Images of bytes as 1x1x28x28 values from 0 to 1."""
    return images.astype(np.float32)[:, None, None] / 255


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("mnist", "onnx", "labels", "out"):
        arguments.add_argument(name)
    options = arguments.parse_args()

    model = onnx.load(options.onnx)
    parameters = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    examples, _ = mnist.load(options.mnist, "train")
    spans = ranges(model, scaled(examples[:CALIBRATION_COUNT]))
    data = build(parameters, spans, pathlib.Path(options.labels).read_bytes())
    pathlib.Path(options.out).write_bytes(data)

    images, labels = mnist.load(options.mnist, "t10k")
    for name, answers in (("float", float_answers(model, scaled(images))),
                          ("int8", int8_answers(data, scaled(images)))):
        print(f"{name}: {(answers == labels).sum()} of {len(labels)} right")


if __name__ == "__main__":
    main()
