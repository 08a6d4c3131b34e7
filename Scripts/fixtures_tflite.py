"""The TensorFlow Lite models of Tests/Fixtures: a function each, every one with its own feature."""
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from flatbuffers import flexbuffers
from tflite_writer import Writer, conv, fully_connected, image_metadata, pool, with_file

SAME = schema.Padding.SAME
RELU6 = schema.ActivationFunctionType.RELU6


class Net:
    """A small image classifier, first in float32, then in the types that quantizing gives.

    conv 3×3 stride 2 → depthwise 3×3 → conv 1×1 → add (skip) → average → reshape → linear → softmax
    """

    SHAPES = {
        "image": (1, 12, 12, 3), "stem": (1, 6, 6, 8), "depth": (1, 6, 6, 8), "point": (1, 6, 6, 8),
        "sum": (1, 6, 6, 8), "mean": (1, 1, 1, 8), "flat": (1, 8), "score": (1, 5), "prob": (1, 5),
    }

    def __init__(self, seed):
        random = np.random.default_rng(seed)

        def weights(*shape):
            fan_in = np.prod(shape[1:])
            return (random.standard_normal(shape) * np.sqrt(2 / fan_in)).astype(np.float32)

        self.weights = {
            "stem": weights(8, 3, 3, 3), "depth": weights(1, 3, 3, 8), "point": weights(8, 1, 1, 8),
            "score": weights(5, 8),
        }
        self.biases = {
            name: (random.standard_normal(w.shape[-1] if name == "depth" else len(w)) * 0.1)
            .astype(np.float32) for name, w in self.weights.items()
        }

    def layers(self, model, tensors, constants):
        """Adds the operators between `tensors`, with weights and bias from `constants`."""
        t = tensors
        conv(model, t["image"], *constants["stem"], t["stem"], stride=2, activation="RELU6",
             dilationWFactor=1, dilationHFactor=1)
        model.op("DEPTHWISE_CONV_2D", [t["stem"], *constants["depth"]], [t["depth"]],
                 "DepthwiseConv2DOptions", version=3, padding=SAME, strideW=1, strideH=1,
                 depthMultiplier=1, fusedActivationFunction=RELU6, dilationWFactor=1,
                 dilationHFactor=1)
        conv(model, t["depth"], *constants["point"], t["point"], dilationWFactor=1,
             dilationHFactor=1)
        model.op("ADD", [t["stem"], t["point"]], [t["sum"]], "AddOptions", version=2)
        pool(model, "AVERAGE_POOL_2D", t["sum"], t["mean"], 6, 1)
        model.op("RESHAPE", [t["mean"], model.constant("shape", np.int32([1, 8]))], [t["flat"]],
                 "ReshapeOptions", newShape=[1, 8])
        fully_connected(model, t["flat"], *constants["score"], t["score"])
        model.op("SOFTMAX", [t["score"]], [t["prob"]], "SoftmaxOptions", version=2, beta=1.0)

    def float_writer(self, description):
        """The net in float32, not yet packed."""
        model = Writer(description)
        tensors = {name: model.tensor(name, shape) for name, shape in self.SHAPES.items()}
        constants = {
            name: (model.constant(name + "/w", w), model.constant(name + "/b", self.biases[name]))
            for name, w in self.weights.items()
        }
        self.layers(model, tensors, constants)
        model.subgraph([tensors["image"]], [tensors["prob"]])
        return model

    def float_model(self):
        """The net in float32, as bytes."""
        return self.float_writer("float convolution net").bytes()

    def ranges(self, images):
        """Lowest and highest value of every activation over `images`, zero included."""
        interpreter = Interpreter(
            model_content=self.float_model(), experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=REFERENCE)
        interpreter.allocate_tensors()
        spans = {name: [0.0, 0.0] for name in self.SHAPES}
        for image in images:
            interpreter.set_tensor(0, image)
            interpreter.invoke()
            for index, name in enumerate(self.SHAPES):
                y = interpreter.get_tensor(index)
                spans[name] = [min(spans[name][0], y.min()), max(spans[name][1], y.max())]
        return spans

    def quantized_model(self, dtype, per_channel, bounds):
        """The net in `dtype` activations; `bounds` are the lowest and highest level."""
        images = np.random.default_rng(3).random((16, *self.SHAPES["image"])).astype(np.float32)
        low, high = bounds
        model = Writer(f"{np.dtype(dtype)} convolution net")
        tensors, scales = {}, {}
        for name, (least, most) in self.ranges(images).items():
            scale = (most - least) / (high - low)
            zero = int(round(low - least / scale))
            if name in ("mean", "flat"):
                scale, zero = scales["sum"]
            if name == "prob":
                scale, zero = 1 / 256, low
            scales[name] = scale, zero
            tensors[name] = model.tensor(name, self.SHAPES[name], dtype, scale, zero)
        feeds = {"stem": "image", "depth": "stem", "point": "depth", "score": "flat"}
        constants = {
            name: self.quantized(model, name, scales[feeds[name]][0], dtype, per_channel)
            for name in self.weights
        }
        self.layers(model, tensors, constants)
        model.subgraph([tensors["image"]], [tensors["prob"]])
        return model.bytes()

    def quantized(self, model, name, input_scale, dtype, per_channel):
        """Constants for one layer's weights and bias in the scheme of `dtype`."""
        w, axis = self.weights[name], 3 if name == "depth" else 0
        if not per_channel:
            scale = (w.max() - w.min()) / 255
            zero = int(round(-w.min() / scale))
            levels = np.clip(np.rint(w / scale) + zero, 0, 255).astype(np.uint8)
            bias = np.rint(self.biases[name] / (scale * input_scale)).astype(np.int32)
            return (model.constant(name + "/w", levels, scale=scale, zero_point=zero),
                    model.constant(name + "/b", bias, scale=scale * input_scale))
        others = tuple(a for a in range(w.ndim) if a != axis) if w.ndim == 4 else None
        scale = np.abs(w).max(axis=others, keepdims=w.ndim == 4) / 127
        levels = np.rint(w / scale).astype(np.int8)
        flat = np.ravel(scale)
        wide = np.int64 if np.dtype(dtype) == np.int16 else np.int32
        bias = np.rint(self.biases[name] / (flat * input_scale)).astype(wide)
        return (model.constant(name + "/w", levels, scale=flat, axis=axis),
                model.constant(name + "/b", bias, scale=flat * input_scale))


REFERENCE = None  # set by the caller: LiteRT's resolver without optimised kernels


def float_conv():
    return Net(1).float_model()


def int8_conv():
    return Net(1).quantized_model(np.int8, True, (-128, 127))


def uint8_conv():
    return Net(1).quantized_model(np.uint8, False, (0, 255))


def float16_weights():
    """Weights stored as float16, widened by DEQUANTIZE as converters write it."""
    random = np.random.default_rng(5)
    model = Writer("float16 weights")
    x, y = model.tensor("x", [2, 6]), model.tensor("y", [2, 4])
    wide = []
    for name, shape in (("w", (4, 6)), ("b", (4,))):
        half = model.constant(name + "/half", random.standard_normal(shape).astype(np.float16))
        wide.append(model.tensor(name, shape))
        model.op("DEQUANTIZE", [half], [wide[-1]], version=3)
    fully_connected(model, x, *wide, y, activation="RELU")
    model.subgraph([x], [y])
    return model.bytes()


def metadata_labels():
    """An image classifier that carries its normalization and its labels."""
    model = Net(2).float_writer("with metadata")
    model.metadata("TFLITE_METADATA", image_metadata(
        "shapes", "Names a shape", "labels.txt", [127.5], [127.5]))
    return with_file(model.bytes(), "labels.txt", "circle\nsquare\ntriangle\nstar\ncross\n")


def external_buffers():
    """Constants behind the flatbuffer, where files over 2 GB keep them."""
    random = np.random.default_rng(6)
    values = [random.standard_normal(s).astype(np.float32) for s in ((4, 6), (4,))]
    offsets = [1 << 20, 1 << 20]
    for _ in range(2):  # the first pass finds the length, the second knows the offsets
        model = Writer("buffers outside of the flatbuffer")
        x, y = model.tensor("x", [1, 6]), model.tensor("y", [1, 4])
        constants = [model.constant(n, v) for n, v in zip("wb", values)]
        for index, value, offset in zip(constants, values, offsets):
            buffer = model.model.buffers[model.open.tensors[index].buffer]
            buffer.data, buffer.offset, buffer.size = None, offset, value.nbytes
        fully_connected(model, x, *constants, y)
        model.subgraph([x], [y])
        head = model.bytes()
        start = -(-len(head) // 16) * 16
        offsets = [start, start + values[0].nbytes]
    return head.ljust(start, b"\0") + b"".join(v.tobytes() for v in values)


def control_flow():
    """WHILE (doubles x until its sum is 100 or more), then IF (keeps or negates it)."""
    model = Writer("control flow")

    def branch(name, body):
        x = model.tensor("x", [3])
        return model.subgraph([x], [body(x)], name)

    def above(limit):
        def body(x):
            total, less = model.tensor("total", []), model.tensor("less", [], np.bool_)
            model.op("SUM", [x, model.constant("axis", np.int32([0]))], [total], "ReducerOptions",
                     keepDims=False)
            model.op("LESS", [total, model.constant("limit", np.float32(limit))], [less],
                     "LessOptions")
            return less
        return body

    def unary(op, second=None, table=None):
        def body(x):
            y = model.tensor("y", [3])
            model.op(op, [x] if second is None else [x, model.constant("k", np.float32(second))],
                     [y], table)
            return y
        return body

    x, grown = model.tensor("x", [3]), model.tensor("grown", [3])
    flag, y = model.tensor("flag", [], np.bool_), model.tensor("y", [3])
    first = model.open
    model.op("WHILE", [x], [grown], "WhileOptions", condSubgraphIndex=1, bodySubgraphIndex=2)
    model.op("IF", [flag, grown], [y], "IfOptions", thenSubgraphIndex=3, elseSubgraphIndex=4)
    model.subgraph([x, flag], [y])
    assert model.model.subgraphs[0] is first
    branch("is small", above(100))
    branch("double", unary("MUL", 2, "MulOptions"))
    branch("same", unary("ABS", None, "AbsOptions"))
    branch("negated", unary("NEG", None, "NegOptions"))
    return model.bytes()


def signatures():
    """Two subgraphs with a signature each."""
    model = Writer("two signatures")
    for key, op in (("double", "ADD"), ("square", "MUL")):
        x, y = model.tensor("x", [4]), model.tensor("y", [4])
        model.op(op, [x, x], [y], {"ADD": "AddOptions", "MUL": "MulOptions"}[op])
        graph = model.subgraph([x], [y], key)
        model.signature(key, graph, {"x": x}, {"result": y})
    return model.bytes()


def dtypes():
    """Integers, booleans and casts between them."""
    model = Writer("types")
    table, rows = np.arange(12, dtype=np.int64).reshape(4, 3) - 5, np.int32([2, 0])
    x = model.tensor("x", [2, 3])
    whole = model.tensor("whole", [2, 3], np.int32)
    model.op("CAST", [x], [whole], "CastOptions", inDataType=0, outDataType=2)
    big = model.tensor("big", [2, 3], np.int64)
    model.op("CAST", [whole], [big], "CastOptions", inDataType=2, outDataType=4)
    picked = model.tensor("picked", [2, 3], np.int64)
    model.op("GATHER", [model.constant("table", table), model.constant("rows", rows)], [picked],
             "GatherOptions", axis=0)
    total = model.tensor("total", [2, 3], np.int64)
    model.op("ADD", [big, picked], [total], "AddOptions", version=4)
    more = model.tensor("more", [2, 3], np.bool_)
    model.op("GREATER", [total, model.constant("zero", np.int64(0))], [more], "GreaterOptions")
    best = model.tensor("best", [2], np.int32)
    model.op("ARG_MAX", [x, model.constant("axis", np.int32(1))], [best], "ArgMaxOptions",
             outputType=2)
    model.subgraph([x], [total, more, best])
    return model.bytes()


def dynamic_shape():
    """A batch of any size: the second shape of the signature is -1, and SHAPE is read back."""
    model = Writer("dynamic batch")
    x = model.tensor("x", [1, 2, 3], signature=[-1, 2, 3])
    y = model.tensor("y", [1, 6], signature=[-1, 6])
    shape = model.tensor("shape", [3], np.int32)
    model.op("SHAPE", [x], [shape], "ShapeOptions", outType=2)
    batch = model.tensor("batch", [1], np.int32)
    cut = [model.constant(n, np.int32([v])) for n, v in (("from", 0), ("to", 1), ("by", 1))]
    model.op("STRIDED_SLICE", [shape, *cut], [batch], "StridedSliceOptions")
    both = model.tensor("both", [2], np.int32)
    model.op("CONCATENATION", [batch, model.constant("six", np.int32([6]))], [both],
             "ConcatenationOptions", axis=0)
    model.op("RESHAPE", [x, both], [y])
    model.subgraph([x], [y])
    return model.bytes()


def detection():
    """TFLite_Detection_PostProcess: anchors, decoded boxes, non-maximum suppression."""
    model = Writer("detection")
    boxes, scores = model.tensor("boxes", [1, 6, 4]), model.tensor("scores", [1, 6, 3])
    centers = np.array([[.3, .3, .2, .2], [.3, .32, .2, .2], [.7, .7, .3, .3], [.2, .8, .2, .1],
                        [.72, .7, .3, .3], [.5, .5, .5, .5]], np.float32)
    anchors = model.constant("anchors", centers)
    outputs = [model.tensor(n, s) for n, s in
               (("box", [1, 4, 4]), ("class", [1, 4]), ("score", [1, 4]), ("count", [1]))]
    operator = model.op("TFLite_Detection_PostProcess", [boxes, scores, anchors], outputs)
    options = flexbuffers.Builder()
    with options.Map():
        for key, value in (("max_detections", 4), ("max_classes_per_detection", 1),
                           ("num_classes", 2)):
            options.Int(key, value)
        for key, value in (("nms_score_threshold", 0.1), ("nms_iou_threshold", 0.5),
                           ("y_scale", 10.0), ("x_scale", 10.0), ("h_scale", 5.0),
                           ("w_scale", 5.0)):
            options.Float(key, value)
        options.Bool("use_regular_nms", False)
    operator.customOptions = np.frombuffer(options.Finish(), np.uint8)
    model.subgraph([boxes, scores], outputs)
    return model.bytes()


def unknown_ops():
    """Two operators that nobody has: the file opens, and running it names both."""
    model = Writer("unknown operators")
    x, a = model.tensor("x", [1, 4]), model.tensor("a", [1, 4])
    b, y = model.tensor("b", [1, 4]), model.tensor("y", [1, 4])
    model.op("Frobnicate", [x], [a])
    model.op("RELU", [a], [b])
    model.op("Defenestrate", [b], [y])
    model.subgraph([x], [y])
    return model.bytes()


# Name: model, inputs (shape and type, or the value itself), tolerance.
FIXTURES = {
    "tflite-float-conv": (float_conv, [((1, 12, 12, 3), np.float32)], (1e-4, 1e-5)),
    "tflite-int8-conv": (int8_conv, [((1, 12, 12, 3), np.int8)], (0, 1)),
    "tflite-uint8-conv": (uint8_conv, [((1, 12, 12, 3), np.uint8)], (0, 1)),
    "tflite-float16-weights": (float16_weights, [((2, 6), np.float32)], (1e-4, 1e-5)),
    "tflite-metadata": (metadata_labels, [((1, 12, 12, 3), np.float32)], (1e-4, 1e-5)),
    "tflite-external-buffers": (external_buffers, [((1, 6), np.float32)], (1e-4, 1e-5)),
    "tflite-control-flow": (
        control_flow, [np.float32([1, 2, 3]), np.array(False)], (1e-5, 1e-6)),
    "tflite-signatures": (signatures, [((4,), np.float32)], (1e-5, 1e-6)),
    "tflite-dtypes": (
        dtypes, [np.float32([[1.7, -2.2, 9], [-7.9, 0, 3.5]])], (0, 0)),
    "tflite-dynamic-batch": (dynamic_shape, [((3, 2, 3), np.float32)], (0, 0)),
    "tflite-detection": (
        detection, [((1, 6, 4), np.float32), ((1, 6, 3), np.float32)], (1e-4, 1e-5)),
    "tflite-unknown-ops": (unknown_ops, None, None),
}
