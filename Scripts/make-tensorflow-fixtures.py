#!/usr/bin/env python3
"""Writes the small TensorFlow and Keras models of Tests/Fixtures, with what TensorFlow computes.

    make-tensorflow-fixtures.py OUT_FOLDER [NAME …]

Each model gets a folder as `lamina verify` reads it: the model, tolerance.json, test_data_set.json
with the names of the inputs, and test_data_set_0 with inputs and outputs. Seeds are fixed. Needs the
packages tensorflow and keras (3).
"""
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf
from google.protobuf import json_format, text_format
from keras import layers
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2


def record(folder, names, inputs, outputs):
    """Writes the arrays beside a model."""
    sets = folder / "test_data_set_0"
    sets.mkdir(parents=True, exist_ok=True)
    for index, array in enumerate(inputs):
        np.save(sets / f"input_{index}.npy", array)
    for index, array in enumerate(outputs):
        np.save(sets / f"output_{index}.npy", np.asarray(array))
    (folder / "tolerance.json").write_text('{"rtol": 1e-4, "atol": 1e-5}\n')
    description = {"inputs": [{"name": name} for name in names]}
    (folder / "test_data_set.json").write_text(json.dumps(description) + "\n")


def noise(shape, seed=3):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def stirred(model):
    """Gives every weight a value that shows when it is used wrongly."""
    random = np.random.default_rng(7)
    for weight in model.weights:
        if weight.dtype == "float32":
            low, high = (0.5, 2) if "variance" in weight.path else (-0.8, 0.8)
            weight.assign(random.uniform(low, high, weight.shape).astype(np.float32))
    return model


def frozen(function, *specs, lower=False):
    """The graph of a function with its variables as constants."""
    concrete = tf.function(function).get_concrete_function(*specs)
    return convert_variables_to_constants_v2(concrete, lower_control_flow=lower).graph.as_graph_def()


def write_graph(folder, graph, inputs, outputs, as_text=False):
    folder.mkdir(parents=True, exist_ok=True)
    if as_text:
        (folder / "model.pbtxt").write_text(text_format.MessageToString(graph))
    else:
        (folder / "model.pb").write_bytes(graph.SerializeToString(deterministic=True))
    record(folder, list(inputs), list(inputs.values()), outputs)


def small_net():
    """Convolution, normalization, pooling, two branches that meet, softmax."""
    x = keras.Input((8, 8, 2), name="image")
    y = layers.Conv2D(3, 3, padding="same", use_bias=False, name="conv")(x)
    y = layers.ReLU(name="relu")(layers.BatchNormalization(name="norm")(y))
    z = layers.DepthwiseConv2D(3, strides=2, padding="same", activation="relu6", name="deep")(y)
    y = layers.Add(name="sum")([layers.MaxPooling2D(name="pool")(y), z])
    y = layers.GlobalAveragePooling2D(name="mean")(y)
    return stirred(keras.Model(x, layers.Dense(4, activation="softmax", name="scores")(y)))


def recurrent_net():
    """Recurrent layers of each kind, forward, backward and both."""
    x = keras.Input((5, 3), name="steps")
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="both")(x)
    y = layers.GRU(3, return_sequences=True, go_backwards=True, name="back")(y)
    return stirred(keras.Model(x, layers.SimpleRNN(2, name="last")(y)))


def nested_net():
    """A model in a model, a layer that is used twice, two inputs and two outputs."""
    inner = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, activation="tanh", name="first"),
         layers.Dense(2, name="second")], name="inner")
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    p, q = inner(a), inner(b)
    joined = layers.Concatenate(name="joined")([p, q])
    return stirred(keras.Model([a, b], [joined, layers.Subtract(name="less")([p, q])]))


def shards(folder, arrays, quantized=None):
    """Writes weights into two files and returns their manifest; some may be codes of 8 bits."""
    data, entries = b"", []
    for name, array in arrays.items():
        entry = {"name": name, "shape": list(array.shape), "dtype": str(array.dtype)}
        if quantized and name in quantized:
            codes, scale, low = quantized[name]
            entry["quantization"] = {"dtype": str(codes.dtype), "scale": scale, "min": low}
            array = codes
        data += np.ascontiguousarray(array).tobytes()
        entries.append(entry)
    half = len(data) // 2
    folder.mkdir(parents=True, exist_ok=True)
    for number, part in enumerate([data[:half], data[half:]], 1):
        (folder / f"group1-shard{number}of2.bin").write_bytes(part)
    return [{"paths": [f"group1-shard{n}of2.bin" for n in (1, 2)], "weights": entries}]


def write_layers_model(folder, model, inputs):
    """A TensorFlow.js model of layers whose kernels are codes of 8 or 16 bits."""
    arrays, quantized = {}, {}
    for index, weight in enumerate(model.weights):
        array = weight.numpy()
        if array.ndim > 1:
            dtype = np.uint8 if index % 2 else np.uint16
            low, high = float(array.min()), float(array.max())
            scale = (high - low) / np.iinfo(dtype).max
            codes = np.round((array - low) / scale).astype(dtype)
            quantized[weight.path] = (codes, scale, low)
            array = (codes * scale + low).astype(np.float32)
            weight.assign(array)
        arrays[weight.path] = array
    manifest = shards(folder, arrays, quantized)
    topology = {"keras_version": keras.__version__, "model_config": json.loads(model.to_json())}
    (folder / "model.json").write_text(json.dumps({
        "format": "layers-model", "modelTopology": topology, "weightsManifest": manifest}))
    values = list(inputs.values())
    record(folder, list(inputs), values, [model(values[0], training=False).numpy()])


def write_graph_model(folder, graph, inputs, outputs):
    """A TensorFlow.js graph whose constants are in the files of weights."""
    arrays = {}
    for node in graph.node:
        if node.op == "Const":
            arrays[node.name] = tf.make_ndarray(node.attr["value"].tensor)
            for field in ["tensor_content", "float_val", "int_val"]:
                node.attr["value"].tensor.ClearField(field)
    manifest = shards(folder, arrays)
    (folder / "model.json").write_text(json.dumps({
        "format": "graph-model", "modelTopology": json_format.MessageToDict(graph),
        "weightsManifest": manifest}))
    record(folder, list(inputs), list(inputs.values()), outputs)


def loop_graph(lower):
    """x is doubled four times; the loop carries a list of the sums that it saw."""
    def function(x):
        def body(i, value, seen):
            return i + 1, value * 2, seen.write(i, tf.reduce_sum(value))
        seen = tf.TensorArray(tf.float32, size=4, element_shape=[])
        _, value, seen = tf.while_loop(
            lambda i, value, seen: i < 4, body, (tf.constant(0), x, seen))
        return value, seen.stack()
    spec = tf.TensorSpec([None, 2], tf.float32, name="x")
    return frozen(function, spec, lower=lower), function


def branch_graph():
    """One of two branches by the sign of a number, and an old-style choice."""
    def function(x):
        y = tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2 + 1, lambda: tf.reverse(x, [1]))
        return tf.identity(y)
    return frozen(function, tf.TensorSpec([2, 3], tf.float32, name="x")), function


def main(out, names):
    def wanted(name):
        return not names or name in names

    keras.utils.set_random_seed(1)
    image, steps = noise((2, 8, 8, 2)), noise((2, 5, 3))
    pair = [noise((2, 4), 5), noise((2, 4), 6)]
    net, recurrent, nested = small_net(), recurrent_net(), nested_net()
    cases = {
        "small": (net, {"image": image}),
        "recurrent": (recurrent, {"steps": steps}),
        "nested": (nested, {"a": pair[0], "b": pair[1]}),
    }
    for name, (model, inputs) in cases.items():
        values = list(inputs.values())
        outputs = model(values if len(values) > 1 else values[0], training=False)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        outputs = [o.numpy() for o in outputs]
        for kind in ["h5", "keras"]:
            folder = out / f"keras-{name}-{kind}"
            if not wanted(folder.name):
                continue
            folder.mkdir(parents=True, exist_ok=True)
            model.save(folder / f"model.{kind}")
            record(folder, list(inputs), values, outputs)
    if any(map(wanted, ["tensorflow-graph", "tensorflow-text", "tfjs-graph"])):
        spec = tf.TensorSpec([None, 8, 8, 2], tf.float32, name="image")
        graph = frozen(lambda x: net(x, training=False), spec)
        outputs = [net(image, training=False).numpy()]
        for name, as_text in [("tensorflow-graph", False), ("tensorflow-text", True)]:
            if wanted(name):
                write_graph(out / name, graph, {"image": image}, outputs, as_text)
        if wanted("tfjs-graph"):
            write_graph_model(out / "tfjs-graph", graph, {"image": image}, outputs)
    if wanted("tfjs-layers"):
        write_layers_model(out / "tfjs-layers", net, {"image": image})
    x = noise((1, 2))
    for name, lower in [("tensorflow-loop", False), ("tensorflow-old-loop", True)]:
        if wanted(name):
            graph, function = loop_graph(lower)
            write_graph(out / name, graph, {"x": x}, [t.numpy() for t in function(tf.constant(x))])
    if wanted("tensorflow-branch"):
        graph, function = branch_graph()
        x = noise((2, 3))
        write_graph(out / "tensorflow-branch", graph, {"x": x}, [function(tf.constant(x)).numpy()])
    if wanted("tensorflow-saved"):
        folder = out / "tensorflow-saved"
        scorer = Scorer()
        tf.saved_model.save(scorer, str(folder / "model"))
        x = noise((2, 3))
        record(folder, ["serving_default_x"], [x], [scorer.score(tf.constant(x))["y"].numpy()])
    if wanted("tensorflow-checkpoint"):
        checkpoint(out / "tensorflow-checkpoint")


class Scorer(tf.Module):
    """A signature that calls a function, which reads variables."""

    def __init__(self):
        super().__init__()
        self.weights = tf.Variable(noise((3, 2), 11), name="w")
        self.biases = tf.Variable(noise((2,), 12), name="w")

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
    def score(self, x):
        return {"y": tf.nn.sigmoid(tf.matmul(x, self.weights) + self.biases)}


def checkpoint(folder):
    """A graph of version 1 with variables, placeholders and training nodes, saved by a Saver."""
    folder.mkdir(parents=True, exist_ok=True)
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [None, 3], name="x")
        w = v1.get_variable("w", initializer=noise((3, 2), 21), use_resource=False)
        b = v1.get_variable("b", initializer=noise((2,), 22), use_resource=True)
        y = tf.nn.tanh(tf.matmul(x, w) + b, name="y")
        v1.train.GradientDescentOptimizer(0.1).minimize(y)
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            array = noise((2, 3), 23)
            result = session.run(y, {x: array})
            v1.train.Saver().save(session, str(folder / "model"), write_state=False)
    record(folder, ["x"], [array], [result])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
