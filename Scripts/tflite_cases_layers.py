"""Cases of layers: convolutions, products, pools, normalizations, recurrent cells."""
import numpy as np

from tflite_case import Step, case, constant, data, options, random, result, state, steps, value
from tflite_cases_elements import CODES, give, take

# Per kind of a layer: inputs, weights, biases. In "dynamic" the weights alone are codes.
KINDS = ("float32", "dynamic", "int8", "uint8", "int16")


def weights(kind, *shape, axis=None):
    """Weights of a layer, and the scales that its biases have."""
    if kind == "float32":
        return constant(random.normal(size=shape).astype(np.float32) * 0.5), None
    if kind == "uint8":
        return constant(random.integers(90, 170, shape).astype(np.uint8), scale=0.02, zero=130), 0.02
    count = 1 if axis is None else shape[axis]
    scales = np.linspace(0.01, 0.02, count)
    codes = random.integers(-127, 128, shape).astype(np.int8)
    return constant(codes, scale=scales, zero=0, axis=axis or 0), scales


def bias(kind, count, scales):
    """Biases of a layer."""
    if kind in ("float32", "dynamic"):
        return constant(random.normal(size=count).astype(np.float32))
    step = {"int8": 0.05, "uint8": 0.05, "int16": 0.002}[kind] * np.asarray(scales)
    dtype = np.int64 if kind == "int16" else np.int32
    return constant(random.integers(-300, 300, count).astype(dtype), scale=step, zero=0)


def layer(name, op, table, kind, x, shape, count, axis, tolerance=None, with_bias=True):
    """A case of one layer: x, weights, bias."""
    w, scales = weights(kind, *shape, axis=None if kind in ("float32", "uint8") else axis)
    source = "float32" if kind == "dynamic" else kind
    inputs = [give(source, *x), w, bias(kind, count, scales) if with_bias else None]
    case(f"{op} {kind} {name}", op, table, inputs, [take(source, 0.1)],
         tolerance=0.1 if kind == "dynamic" else tolerance)


def convolutions():
    for kind in KINDS:
        for same in (0, 1):
            for stride in (1, 2):
                table = options("Conv2D", padding=same, strideW=stride, strideH=stride,
                                dilationWFactor=1, dilationHFactor=1,
                                fusedActivationFunction=1 if same else 0)
                layer(f"{same} {stride}", "CONV_2D", table, kind, (1, 7, 8, 3), (5, 3, 2, 3), 5, 0)
                table = options("DepthwiseConv2D", padding=same, strideW=stride, strideH=stride,
                                dilationWFactor=1, dilationHFactor=1, depthMultiplier=stride)
                layer(f"{same} {stride}", "DEPTHWISE_CONV_2D", table, kind, (1, 7, 8, 4),
                      (1, 3, 2, 4 * stride), 4 * stride, 3)
        table = options("Conv2D", padding=0, strideW=1, strideH=1, dilationWFactor=2,
                        dilationHFactor=3)
        layer("dilated", "CONV_2D", table, kind, (1, 9, 9, 2), (4, 3, 3, 2), 4, 0)
        table = options("Conv2D", padding=0, strideW=1, strideH=1, dilationWFactor=1,
                        dilationHFactor=1)
        layer("groups", "CONV_2D", table, kind, (1, 5, 5, 6), (4, 3, 3, 3), 4, 0)
        table = options("DepthwiseConv2D", padding=0, strideW=1, strideH=1, dilationWFactor=2,
                        dilationHFactor=2, depthMultiplier=1)
        layer("dilated", "DEPTHWISE_CONV_2D", table, kind, (1, 9, 8, 3), (1, 3, 3, 3), 3, 3)
        transposed(kind)
    half_weights()
    for op, x, shape, target in (("CONV_3D", (1, 4, 5, 6, 2), (2, 3, 3, 2, 4), None),
                                 ("CONV_3D_TRANSPOSE", (1, 3, 5, 4, 2), (2, 3, 3, 4, 2),
                                  (1, 6, 5, 8, 4))):
        table = options("Conv3D", padding=0, strideD=2, strideW=2, strideH=1, dilationDFactor=1,
                        dilationWFactor=1, dilationHFactor=1)
        inputs = [give("float32", *x), weights("float32", *shape)[0], bias("float32", 4, None)]
        if target:
            inputs = [constant(np.array(target, np.int32)), inputs[1], inputs[0], inputs[2]]
        case(f"{op} float32", op, table, inputs, [result()])


def transposed(kind):
    for name, padding, stride, lengths in (("same", 0, 2, (8, 10)), ("odd", 0, 2, (7, 9)),
                                           ("valid", 1, 2, (9, 11)), ("more", 1, 3, (12, 15))):
        w, scales = weights(kind, 3, 3, 3, 2, axis=None if kind == "uint8" else 0)
        source = "float32" if kind == "dynamic" else kind
        table = options("TransposeConv", padding=padding, strideW=stride, strideH=stride)
        target = constant(np.array([1, *lengths, 3], np.int32))
        case(f"TRANSPOSE_CONV {kind} {name}", "TRANSPOSE_CONV", table,
             [target, w, give(source, 1, 4, 5, 2), bias(kind, 3, scales)], [take(source, 0.1)],
             tolerance=0.1 if kind == "dynamic" else None)


def half_weights():
    """Layers whose weights are float16 in the file and made float32 by an operator of their own."""
    for op, table, x, shape in (
            ("CONV_2D", options("Conv2D", padding=0, strideW=1, strideH=1, dilationWFactor=1,
                                dilationHFactor=1), (1, 5, 5, 3), (4, 3, 3, 3)),
            ("DEPTHWISE_CONV_2D", options("DepthwiseConv2D", padding=0, strideW=1, strideH=1,
                                          dilationWFactor=1, dilationHFactor=1,
                                          depthMultiplier=1), (1, 5, 5, 4), (1, 3, 3, 4)),
            ("FULLY_CONNECTED", options("FullyConnected"), (2, 6), (4, 6)),
            ("BATCH_MATMUL", options("BatchMatMul"), (2, 6), (6, 4))):
        stored = constant(random.normal(size=shape).astype(np.float16))
        wide = value(np.float32, shape)
        rest = [] if op == "BATCH_MATMUL" else [bias("float32", 4, None)]
        steps(f"{op} float16 weights", op, [
            Step("DEQUANTIZE", options("Dequantize"), [stored], [wide], 3),
            Step(op, table, [give("float32", *x), wide, *rest], [result()], 1)])


def products():
    for kind in KINDS:
        table = options("FullyConnected", fusedActivationFunction=1)
        layer("relu", "FULLY_CONNECTED", table, kind, (3, 16), (5, 16), 5, None)
        layer("plain", "FULLY_CONNECTED", options("FullyConnected"), kind, (2, 2, 8), (5, 16), 5,
              None, with_bias=False)
        if kind != "uint8":
            layer("by axis", "FULLY_CONNECTED", options("FullyConnected"), kind, (3, 8), (2, 8), 2, 0)
        layer("keeps", "FULLY_CONNECTED", options("FullyConnected", keepNumDims=True), kind,
              (2, 3, 8), (5, 8), 5, None)
    case("FULLY_CONNECTED float32 computed", "FULLY_CONNECTED", options("FullyConnected"),
         [give("float32", 3, 4), give("float32", 5, 4), None], [result()])
    for kind in ("float32", *CODES):
        for first, second in ((False, False), (True, True)):
            a, b = ((2, 4, 3), (2, 5, 4)) if first else ((2, 3, 4), (2, 4, 5))
            case(f"BATCH_MATMUL {kind} {first}", "BATCH_MATMUL",
                 options("BatchMatMul", adjX=first, adjY=second), [give(kind, *a), give(kind, *b)],
                 [take(kind, 0.2)])
    case("BATCH_MATMUL dynamic", "BATCH_MATMUL", options("BatchMatMul"),
         [give("float32", 3, 8), weights("dynamic", 8, 4)[0]], [result()], tolerance=0.1)


def pools():
    for kind in ("float32", *CODES):
        for op in ("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"):
            for same in (0, 1):
                case(f"{op} {kind} {same}", op,
                     options("Pool2D", padding=same, strideW=2, strideH=2, filterWidth=3,
                             filterHeight=2, fusedActivationFunction=same),
                     [give(kind, 2, 7, 6, 3)], [take(kind)])
        ends = {"int8": (1 / 256, -128), "uint8": (1 / 256, 0), "int16": (1 / 32768, 0)}
        scale, zero = ends.get(kind, (None, 0))
        out = take(kind) if kind == "float32" else \
            result(kind, scale=scale, zero=zero)
        for beta in (1.0, 0.7):
            case(f"SOFTMAX {kind} {beta}", "SOFTMAX", options("Softmax", beta=beta),
                 [give(kind, 3, 10)], [out])
        log_ends = {"int8": (16 / 256, 127), "uint8": (16 / 256, 255)}
        if kind in log_ends:
            out = result(kind, scale=log_ends[kind][0], zero=log_ends[kind][1])
        case(f"LOG_SOFTMAX {kind}", "LOG_SOFTMAX", options("LogSoftmax"), [give(kind, 3, 10)], [out])
        unit = {"int8": (1 / 128, 0), "uint8": (1 / 128, 128)}.get(kind)
        out = result(kind, scale=unit[0], zero=unit[1]) if unit else take(kind)
        case(f"L2_NORMALIZATION {kind}", "L2_NORMALIZATION", options("L2Norm"),
             [give(kind, 2, 3, 4)], [out])
        case(f"LOCAL_RESPONSE_NORMALIZATION {kind}", "LOCAL_RESPONSE_NORMALIZATION",
             options("LocalResponseNormalization", radius=2, bias=1.5, alpha=0.3, beta=0.6),
             [give(kind, 1, 2, 3, 7)], [take(kind)])


N, L, I, C = 2, 3, 4, 5


def dense(*shape, scale=0.5):
    return constant((random.normal(size=shape) * scale).astype(np.float32))


def stored(kind, *shape, scale=0.5):
    """Weights in float32, or as codes that the kernel widens."""
    return dense(*shape, scale=scale) if kind == "float32" else weights("dynamic", *shape)[0]


def lstm_weights(kind="float32", inputs=I, peephole=False, projection=False, coupled=False):
    """Weights of i, f, c, o for the inputs and the state, peepholes, biases, projection."""
    size = 3 if projection else C
    own = [stored(kind, C, inputs) for _ in range(4)] + [stored(kind, C, size) for _ in range(4)]
    own += [dense(C) for _ in range(3)] if peephole else [None] * 3
    own += [dense(C, scale=0.2) for _ in range(4)]
    own += [stored(kind, size, C), dense(size)] if projection else [None, None]
    if coupled:
        own[0] = own[4] = own[8] = own[11] = None
    return own, size


def recurrent():
    variants = {"plain": {}, "peephole": {"peephole": True}, "projection": {"projection": True},
                "coupled": {"coupled": True, "peephole": True}}
    for kind in ("float32", "dynamic"):
        close = 0.1 if kind == "dynamic" else None
        for name, choice in variants.items():
            if kind == "dynamic" and name != "plain":
                continue
            for major in (False, True):
                own, size = lstm_weights(kind, **choice)
                batch = L if major else N
                case(f"UNIDIRECTIONAL_SEQUENCE_LSTM {kind} {name} {major}",
                     "UNIDIRECTIONAL_SEQUENCE_LSTM",
                     options("UnidirectionalSequenceLSTM", fusedActivationFunction=4,
                             cellClip=0.4 if name == "peephole" else 0.0,
                             projClip=0.3 if name == "projection" else 0.0, timeMajor=major),
                     [give("float32", N, L, I), *own, state((batch, size)), state((batch, C))],
                     [result()], tolerance=close)
        own, size = lstm_weights(kind)
        case(f"LSTM {kind}", "LSTM", options("LSTM", fusedActivationFunction=4),
             [give("float32", N, I), *own, state((N, C)), state((N, C))], [result()],
             tolerance=close)
        own, _ = lstm_weights(kind)
        scales = [constant(random.uniform(0.5, 2, C).astype(np.float32)) for _ in range(4)]
        case(f"UNIDIRECTIONAL_SEQUENCE_LSTM {kind} normalized", "UNIDIRECTIONAL_SEQUENCE_LSTM",
             options("UnidirectionalSequenceLSTM", fusedActivationFunction=4),
             [give("float32", N, L, I), *own, state((N, C)), state((N, C)), *scales], [result()],
             tolerance=close)
        for function in (0, 1, 4):
            cell = [stored(kind, C, I), stored(kind, C, C, scale=0.3), dense(C)]
            case(f"UNIDIRECTIONAL_SEQUENCE_RNN {kind} {function}", "UNIDIRECTIONAL_SEQUENCE_RNN",
                 options("SequenceRNN", fusedActivationFunction=function),
                 [give("float32", N, L, I), *cell, state((N, C))], [result()], tolerance=close)
            case(f"RNN {kind} {function}", "RNN", options("RNN", fusedActivationFunction=function),
                 [give("float32", N, I), *cell, state((N, C))], [result()], tolerance=close)
        for rank in (1, 2):
            case(f"SVDF {kind} {rank}", "SVDF",
                 options("SVDF", rank=rank, fusedActivationFunction=1),
                 [give("float32", N, I), stored(kind, 3 * rank, I),
                  dense(3 * rank, 4) if kind == "float32" else stored(kind, 3 * rank, 4),
                  dense(3), state((N, 12 * rank))], [result()], tolerance=close)
    case("LSTM float32 basic", "LSTM", options("LSTM", fusedActivationFunction=4, kernelType=1),
         [give("float32", N, I), give("float32", N, C), dense(4 * C, I + C), dense(4 * C),
          give("float32", N, C)],
         [result(shape=s) for s in ((N, C), (N, C), (N, I + C), (N, 4 * C))])
    bidirectional()


def bidirectional():
    for merge in (False, True):
        for major in (False, True):
            batch = L if major else N
            results = [result()] if merge else [result(), result()]
            cells = [c for _ in range(2) for c in
                     (dense(C, I), dense(C, C, scale=0.3), dense(C), state((batch, C)))]
            case(f"BIDIRECTIONAL_SEQUENCE_RNN float32 {merge} {major}",
                 "BIDIRECTIONAL_SEQUENCE_RNN",
                 options("BidirectionalSequenceRNN", fusedActivationFunction=4, mergeOutputs=merge,
                         timeMajor=major),
                 [give("float32", N, L, I), *cells, None, None, None], results)
            first, second = lstm_weights()[0], lstm_weights()[0]
            states = [state((batch, C)) for _ in range(4)]
            case(f"BIDIRECTIONAL_SEQUENCE_LSTM float32 {merge} {major}",
                 "BIDIRECTIONAL_SEQUENCE_LSTM",
                 options("BidirectionalSequenceLSTM", fusedActivationFunction=4,
                         mergeOutputs=merge, timeMajor=major),
                 [give("float32", N, L, I), *first, *second, *states, *[None] * 9], results)
    cells = [c for _ in range(2) for c in
             (dense(C, I), dense(C, C, scale=0.3), dense(C), state((N, C)))]
    extra = [give("float32", N, L, I), dense(C, I), dense(C, I)]
    case("BIDIRECTIONAL_SEQUENCE_RNN float32 two sequences", "BIDIRECTIONAL_SEQUENCE_RNN",
         options("BidirectionalSequenceRNN", fusedActivationFunction=4),
         [give("float32", N, L, I), *cells, *extra], [result(), result()])
    case("BIDIRECTIONAL_SEQUENCE_LSTM float32 two sequences", "BIDIRECTIONAL_SEQUENCE_LSTM",
         options("BidirectionalSequenceLSTM", fusedActivationFunction=4, timeMajor=False),
         [give("float32", N, L, I), *lstm_weights()[0], *lstm_weights()[0],
          *[state((N, C)) for _ in range(4)], give("float32", N, L, I),
          *[dense(C, I) for _ in range(8)]], [result(), result()])


def add():
    convolutions()
    products()
    pools()
    recurrent()
