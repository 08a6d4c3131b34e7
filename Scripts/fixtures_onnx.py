"""The ONNX models of Tests/Fixtures: a function each, most of them in ONNX's own text form."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def parsed(text, constants=None, opset=17):
    """A model from the text of its graph and functions, with `constants` as initializers."""
    head = text if text.lstrip().startswith("<") else (
        f'<ir_version: 8, opset_import: ["" : {opset}], producer_name: "make-fixtures.py">\n{text}')
    model = onnx.parser.parse_model(head)
    for name, value in (constants or {}).items():
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    for index, node in enumerate(model.graph.node):
        node.name = node.name or f"{node.op_type.lower()}_{index}"
    return model


def checked(model):
    """The model's bytes, after ONNX's own checker."""
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


def random(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def float_conv():
    """Convolution, batch normalization, groups, a skip, pooling, Gemm, Softmax."""
    return checked(parsed("""
      net (float[N, 3, 10, 10] image) => (float[N, 5] prob) {
        a = Conv <pads = [1, 1, 1, 1], strides = [2, 2]> (image, w0, b0)
        b = BatchNormalization (a, scale, shift, mean, var)
        c = Clip (b, zero, six)
        d = Conv <group = 8, pads = [1, 1, 1, 1]> (c, w1)
        e = Conv (d, w2, b2)
        f = Add (c, e)
        g = GlobalAveragePool (f)
        h = Flatten (g)
        i = Gemm <transB = 1> (h, w3, b3)
        prob = Softmax <axis = 1> (i)
      }""", {
          "w0": random(1, 8, 3, 3, 3) * .3, "b0": random(2, 8) * .1,
          "scale": 1 + random(3, 8) * .1, "shift": random(4, 8) * .1, "mean": random(5, 8) * .1,
          "var": np.abs(random(6, 8)) + .5, "zero": np.float32(0), "six": np.float32(6),
          "w1": random(7, 8, 1, 3, 3) * .4, "w2": random(8, 8, 8, 1, 1) * .4,
          "b2": random(9, 8) * .1, "w3": random(10, 5, 8), "b3": random(11, 5),
      }))


def nonzero():
    """A shape that the data decides: the indices of the positive elements, and what they pick."""
    return checked(parsed("""
      pick (float[R, C] x) => (int64[2, P] where, float[P] picked, int64 count) {
        more = Greater (x, zero)
        where = NonZero (more)
        pairs = Transpose <perm = [1, 0]> (where)
        picked = GatherND (x, pairs)
        sizes = Shape (picked)
        count = Squeeze (sizes)
      }""", {"zero": np.float32(0.5)}))


def dynamic_reshape():
    """Shape arithmetic: the batch is read from the input, a `-1` and a `0` fill the rest."""
    return checked(parsed("""
      fold (float[N, H, W] x) => (float[N, M] flat, float[N, A, B] cut) {
        shape = Shape (x)
        n = Gather (shape, first)
        n1 = Unsqueeze (n, axis0)
        target = Concat <axis = 0> (n1, rest)
        flat = Reshape (x, target)
        zeros = Constant <value_ints = [0, -1, 2]> ()
        cut = Reshape (x, zeros)
      }""", {"first": np.int64(0), "axis0": np.int64([0]), "rest": np.int64([-1])}))


def condition():
    """If: two branches of different length, reading a value of the outer graph."""
    return checked(parsed("""
      choose (float[4] x, bool flag) => (float[P] y) {
        y = If (flag) <
          then_branch = yes () => (float[P] kept) {
            two = Constant <value_ints = [2]> ()
            zero = Constant <value_ints = [0]> ()
            kept = Slice (x, zero, two)
          },
          else_branch = no () => (float[P] whole) { whole = Neg (x) }
        >
      }"""))


def loop():
    """Loop: powers of two until the limit, the state carried and every step's value stacked."""
    return checked(parsed("""
      grow (int64 trips, float start) => (float last, float[T] seen) {
        go = Constant <value = bool {1}> ()
        last, seen = Loop (trips, go, start) <
          body = step (int64 i, bool go_in, float before)
            => (bool go_out, float after, float shown) {
              two = Constant <value_float = 2.0> ()
              limit = Constant <value_float = 100.0> ()
              after = Mul (before, two)
              shown = Identity (after)
              go_out = Less (after, limit)
            }
        >
      }"""))


def scan():
    """Scan: the running sum of the rows."""
    return checked(parsed("""
      sums (float[2] start, float[5, 2] rows) => (float[2] total, float[5, 2] running) {
        total, running = Scan <num_scan_inputs = 1,
          body = add (float[2] before, float[2] row) => (float[2] after, float[2] shown) {
            after = Add (before, row)
            shown = Identity (after)
          }> (start, rows)
      }"""))


def qdq():
    """Quantized convolution as pairs of QuantizeLinear and DequantizeLinear, per channel."""
    weights, bias = random(21, 4, 3, 3, 3) * .3, random(22, 4) * .1
    scales = (np.abs(weights).reshape(4, -1).max(1) / 127).astype(np.float32)
    levels = np.rint(weights / scales.reshape(4, 1, 1, 1)).astype(np.int8)
    return checked(parsed("""
      net (float[1, 3, 8, 8] x) => (float[1, 4, 4, 4] y) {
        xq = QuantizeLinear (x, xs, xz)
        xd = DequantizeLinear (xq, xs, xz)
        wd = DequantizeLinear <axis = 0> (w, ws, wz)
        bd = DequantizeLinear <axis = 0> (b, bs, bz)
        a = Conv <pads = [1, 1, 1, 1]> (xd, wd, bd)
        r = Relu (a)
        rq = QuantizeLinear (r, rs, rz)
        rd = DequantizeLinear (rq, rs, rz)
        p = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (rd)
        pq = QuantizeLinear (p, rs, rz)
        y = DequantizeLinear (pq, rs, rz)
      }""", {
          "xs": np.float32(1 / 255), "xz": np.uint8(0), "w": levels, "ws": scales,
          "wz": np.zeros(4, np.int8), "b": np.rint(bias / (scales / 255)).astype(np.int32),
          "bs": (scales / 255).astype(np.float32), "bz": np.zeros(4, np.int32),
          "rs": np.float32(2.5 / 255), "rz": np.uint8(0),
      }))


def qlinear():
    """The operators that compute on integers themselves: QLinearConv, QLinearMatMul."""
    levels = np.random.default_rng(23).integers(-127, 128, (4, 2, 3, 3)).astype(np.int8)
    matrix = np.random.default_rng(24).integers(0, 256, (16, 3)).astype(np.uint8)
    return checked(parsed("""
      net (uint8[1, 2, 6, 6] x) => (uint8[4, 3] y) {
        a = QLinearConv (x, xs, xz, w, ws, wz, as, az, b)
        flat = Reshape (a, shape)
        y = QLinearMatMul (flat, as, az, m, ms, mz, ys, yz)
      }""", {
          "xs": np.float32(0.02), "xz": np.uint8(128), "w": levels,
          "ws": np.float32([.01, .02, .005, .015]), "wz": np.zeros(4, np.int8),
          "as": np.float32(0.12), "az": np.uint8(120), "b": np.int32([100, -200, 50, 0]),
          "shape": np.int64([4, 16]), "m": matrix, "ms": np.float32(0.01), "mz": np.uint8(127),
          "ys": np.float32(0.35), "yz": np.uint8(125),
      }))


def dynamic_quantization():
    """Scales found while running: DynamicQuantizeLinear, ConvInteger, MatMulInteger."""
    levels = np.random.default_rng(25).integers(0, 256, (3, 2, 3, 3)).astype(np.uint8)
    matrix = np.random.default_rng(26).integers(-127, 128, (6, 4)).astype(np.int8)
    return checked(parsed("""
      net (float[1, 2, 5, 6] x) => (float[1, 3, 3, 4] y, float[1, 2, 5, 4] z) {
        q, s, zero = DynamicQuantizeLinear (x)
        sums = ConvInteger (q, w, zero, wz)
        whole = Cast <to = 1> (sums)
        y = Mul (whole, s)
        products = MatMulInteger (q, m, zero, mz)
        wide = Cast <to = 1> (products)
        z = Mul (wide, s)
      }""", {"w": levels, "wz": np.uint8(120), "m": matrix, "mz": np.int8(0)}))


def external_data():
    """Weights in a second file, at an offset, as large models keep them."""
    model = parsed("net (float[2, 6] x) => (float[2, 4] y) { y = Gemm (x, w, b) }",
                   {"w": random(31, 6, 4), "b": random(32, 4)})
    blob = bytearray(64)
    for tensor in model.graph.initializer:
        data = tensor.raw_data
        entries = {"location": "weights.bin", "offset": len(blob), "length": len(data)}
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in entries.items():
            tensor.external_data.add(key=key, value=str(value))
        blob += data
    return {"model.onnx": model.SerializeToString(), "weights.bin": bytes(blob)}


def function():
    """Functions of the model's own, one calling the other, with an attribute handed down."""
    return checked(parsed("""
      <ir_version: 8, opset_import: ["" : 17, "own" : 1]>
      net (float[3, 4] x) => (float[3, 4] y) {
        a = own.Swish <slope = 1.5> (x)
        y = own.Twice (a)
      }
      <domain: "own", opset_import: ["" : 17]>
      Gate <slope> (x) => (g) {
        k = Constant <value_float: float = @slope> ()
        s = Mul (x, k)
        g = Sigmoid (s)
      }
      <domain: "own", opset_import: ["" : 17, "own" : 1]>
      Swish <slope> (x) => (y) {
        g = own.Gate <slope: float = @slope> (x)
        y = Mul (x, g)
      }
      <domain: "own", opset_import: ["" : 17]>
      Twice (x) => (y) { y = Add (x, x) }"""))


def half():
    """Everything in float16."""
    return checked(parsed("""
      net (float16[2, 6] x) => (float16[2, 4] y) {
        a = MatMul (x, w)
        b = Add (a, bias)
        y = Tanh (b)
      }""", {"w": random(41, 6, 4).astype(np.float16), "bias": random(42, 4).astype(np.float16)}))


def old_opset():
    """Opset 7: attributes that later became inputs, Dropout in inference, Softmax over the rest."""
    return checked(parsed("""
      net (float[1, 2, 3, 4] x) => (float[1, 2, 6, 8] big, float[1, 24] prob) {
        a = Clip <min = 0.2, max = 0.8> (x)
        b = Pad <pads = [0, 0, 0, 0, 0, 0, 0, 0], mode = "constant", value = 0.0> (a)
        big = Upsample <mode = "nearest", scales = [1.0, 1.0, 2.0, 2.0]> (b)
        c = Dropout <ratio = 0.5> (b)
        d = Squeeze <axes = [0]> (c)
        e = Unsqueeze <axes = [0]> (d)
        f = Softmax <axis = 1> (e)
        prob = Flatten <axis = 1> (f)
      }""", opset=7))


def typed_data():
    """Constants in the typed fields instead of raw bytes, one per field."""
    def tensor(name, kind, values):
        return helper.make_tensor(name, kind, [len(values)], values)

    model = parsed("""
      net (float[3] x) => (float[3] y, double[3] z, int64[3] k, bool[3] m) {
        h = Cast <to = 1> (halves)
        a = Add (x, floats)
        y = Mul (a, h)
        w = Cast <to = 11> (y)
        z = Add (w, doubles)
        s = Cast <to = 7> (small)
        k = Add (s, longs)
        m = And (flags, others)
      }""")
    model.graph.initializer.extend([
        tensor("floats", TensorProto.FLOAT, [1.5, -2.5, 3.25]),
        tensor("halves", TensorProto.FLOAT16, [0.5, 2.0, -1.0]),
        tensor("doubles", TensorProto.DOUBLE, [1e-3, 2.0, 1e6]),
        tensor("longs", TensorProto.INT64, [1 << 40, -(1 << 40), 7]),
        tensor("small", TensorProto.INT8, [-128, 127, 3]),
        tensor("flags", TensorProto.BOOL, [True, False, True]),
        tensor("others", TensorProto.BOOL, [True, True, False]),
    ])
    return checked(model)


def recurrent():
    """A bidirectional LSTM and a GRU over the same five steps."""
    return checked(parsed("""
      net (float[5, 2, 3] x) => (float[5, 2, 2, 4] y, float[2, 2, 4] h, float[5, 1, 2, 4] g) {
        y, h, c = LSTM <hidden_size = 4, direction = "bidirectional"> (x, w, r, b)
        g, last = GRU <hidden_size = 4> (x, gw, gr)
      }""", {
          "w": random(51, 2, 16, 3) * .5, "r": random(52, 2, 16, 4) * .5, "b": random(53, 2, 32) * .1,
          "gw": random(54, 1, 12, 3) * .5, "gr": random(55, 1, 12, 4) * .5,
      }))


def trees():
    """ai.onnx.ml: two regression trees, summed."""
    modes = ["BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"]
    node = helper.make_node(
        "TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", name="trees", n_targets=1,
        base_values=[0.25], nodes_treeids=[0, 0, 0, 0, 0, 1, 1, 1],
        nodes_nodeids=[0, 1, 2, 3, 4, 0, 1, 2], nodes_modes=modes,
        nodes_featureids=[0, 0, 2, 0, 0, 1, 0, 0],
        nodes_values=[0.5, 0.0, 0.3, 0.0, 0.0, 0.6, 0.0, 0.0],
        nodes_truenodeids=[1, 0, 3, 0, 0, 1, 0, 0], nodes_falsenodeids=[2, 0, 4, 0, 0, 2, 0, 0],
        target_treeids=[0, 0, 0, 1, 1], target_nodeids=[1, 3, 4, 1, 2], target_ids=[0] * 5,
        target_weights=[1.0, -2.0, 0.5, 0.125, -0.375])
    graph = helper.make_graph(
        [node], "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 1])])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return checked(helper.make_model(graph, opset_imports=opsets, ir_version=8))


def suppression():
    """NonMaxSuppression: how many boxes stay is known only when it has run."""
    return checked(parsed("""
      net (float[1, 6, 4] boxes, float[1, 2, 6] scores) => (int64[K, 3] kept, float[K, 4] rows) {
        kept = NonMaxSuppression (boxes, scores, most, overlap, least)
        column = Gather <axis = 1> (kept, two)
        flat = Squeeze (boxes, axis0)
        rows = Gather (flat, column)
      }""", {
          "most": np.int64([3]), "overlap": np.float32([0.4]), "least": np.float32([0.2]),
          "two": np.int64(2), "axis0": np.int64([0]),
      }))


def unknown_ops():
    """Two operators of a domain that nobody has: the file opens, and running it names both."""
    model = parsed("""
      <ir_version: 8, opset_import: ["" : 17, "com.example" : 1]>
      net (float[2, 3] x) => (float[2, 3] y) {
        a = com.example.Frobnicate <depth = 3> (x)
        b = Relu (a)
        y = com.example.Defenestrate (b)
      }""")
    return model.SerializeToString()


FLOAT, EXACT = (1e-4, 1e-5), (0, 0)
BOXES = np.float32([[[0, 0, 1, 1], [0, .1, 1, 1.1], [0, -.1, 1, .9], [0, 10, 1, 11],
                     [0, 10.1, 1, 11.1], [0, 100, 1, 101]]])

# Name: model, inputs (shape and type, or the value itself), tolerance.
FIXTURES = {
    "onnx-float-conv": (float_conv, [((2, 3, 10, 10), np.float32)], FLOAT),
    "onnx-nonzero": (nonzero, [((3, 4), np.float32)], FLOAT),
    "onnx-dynamic-reshape": (dynamic_reshape, [((2, 3, 4), np.float32)], EXACT),
    "onnx-if": (condition, [((4,), np.float32), np.array(True)], EXACT),
    "onnx-loop": (loop, [np.array(20, np.int64), np.array(3, np.float32)], EXACT),
    "onnx-scan": (scan, [((2,), np.float32), ((5, 2), np.float32)], FLOAT),
    "onnx-qdq": (qdq, [((1, 3, 8, 8), np.float32)], (0, 0.00981)),
    "onnx-qlinear": (qlinear, [((1, 2, 6, 6), np.uint8)], (0, 1)),
    "onnx-dynamic-quantization": (
        dynamic_quantization, [((1, 2, 5, 6), np.float32)], FLOAT),
    "onnx-external-data": (external_data, [((2, 6), np.float32)], FLOAT),
    "onnx-function": (function, [((3, 4), np.float32)], FLOAT),
    "onnx-float16": (half, [((2, 6), np.float16)], (2e-3, 2e-3)),
    "onnx-opset-7": (old_opset, [((1, 2, 3, 4), np.float32)], FLOAT),
    "onnx-typed-data": (typed_data, [((3,), np.float32)], FLOAT),
    "onnx-recurrent": (recurrent, [((5, 2, 3), np.float32)], FLOAT),
    "onnx-trees": (trees, [((4, 3), np.float32)], FLOAT),
    "onnx-suppression": (suppression, [BOXES, ((1, 2, 6), np.float32)], FLOAT),
    "onnx-unknown-ops": (unknown_ops, None, None),
}
