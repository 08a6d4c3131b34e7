"""Cases of operators that work element by element, and of reductions."""
import numpy as np

from tflite_case import case, constant, data, options, random, result

# The types of numbers with the codes' scale and zero point; None for plain numbers.
KINDS = {
    "float32": (np.float32, None, 0), "float16": (np.float16, None, 0),
    "float64": (np.float64, None, 0),
    "int8": (np.int8, 0.05, 3), "uint8": (np.uint8, 0.05, 120), "int16": (np.int16, 0.002, 0),
    "int32": (np.int32, None, 0), "int64": (np.int64, None, 0),
    "plain int8": (np.int8, None, 0), "plain uint8": (np.uint8, None, 0),
    "plain int16": (np.int16, None, 0), "uint16": (np.uint16, None, 0),
    "uint32": (np.uint32, None, 0), "uint64": (np.uint64, None, 0), "bool": (np.bool_, None, 0),
}
CODES = ("int8", "uint8", "int16")
# What operators take that know no codes: to them a code is the number itself.
PLAIN = ("float32", "float64", "int32", "int64", "plain int8", "plain uint8", "plain int16",
         "uint16", "uint32", "bool")


def numbers(kind, *shape, low=-3.0, high=3.0):
    """Random numbers of a kind between two real numbers."""
    dtype, scale, zero = KINDS[kind]
    reals = random.uniform(low, high, shape)
    if np.dtype(dtype).kind == "f":
        return reals.astype(dtype)
    if np.dtype(dtype).kind == "b":
        return reals > (low + high) / 2
    limits = np.iinfo(dtype)
    codes = np.round(reals / scale + zero) if scale else np.round(reals * 7)
    return np.clip(codes, limits.min, limits.max).astype(dtype)


def give(kind, *shape, make=data, **limits):
    """An input of a kind."""
    _, scale, zero = KINDS[kind]
    return make(numbers(kind, *shape, **limits), scale=scale, zero=zero)


def take(kind, scale=None, zero=None):
    """An output of a kind, of the same codes as the inputs or of others."""
    dtype, own, base = KINDS[kind]
    if own is None:
        return result(dtype)
    if kind == "int16":
        return result(dtype, scale=scale / 20 if scale else own, zero=0)
    return result(dtype, scale=scale or own, zero=base if zero is None else zero)


def unary():
    """Functions of one tensor."""
    plain = "ABS CEIL COS ELU EXP FLOOR HARD_SWISH LOGISTIC NEG RELU RELU6 RELU_0_TO_1 " \
        "RELU_N1_TO_1 ROUND SIGN SIN SQUARE TANH".split()
    for op in plain + ["LOG", "SQRT", "RSQRT"]:
        low = 0.2 if op in ("LOG", "SQRT", "RSQRT") else -3
        kinds = ("float32", "float64", *CODES, "int32", "int64")
        for kind in kinds if op != "NEG" else PLAIN:
            ends = {"LOGISTIC": {"int8": (1 / 256, -128), "uint8": (1 / 256, 0)},
                    "TANH": {"int8": (1 / 128, 0), "uint8": (1 / 128, 128)}}.get(op, {})
            out = take(kind, *ends.get(kind, (None, None)))
            if kind == "int16" and op in ("LOGISTIC", "TANH"):
                out = result(np.int16, scale=1 / 32768, zero=0)
            if kind == "int16" and op in ("EXP", "LOG", "RSQRT"):
                # A table of 513 entries: what lies between them is coarser than fine codes.
                low, out = 1, result(np.int16, scale=0.05, zero=0)
            case(f"{op} {kind}", op, None, [give(kind, 2, 3, 5, low=low)], [out],
                 quanta=2 if op in ("TANH", "EXP") and kind == "int16" else 1)
    for approximate in (False, True):
        for kind in ("float32", *CODES):
            case(f"GELU {approximate} {kind}", "GELU", options("Gelu", approximate=approximate),
                 [give(kind, 3, 7)], [take(kind)], quanta=2 if kind == "int16" else 1)
    for kind in ("float32", *CODES):
        case(f"LEAKY_RELU {kind}", "LEAKY_RELU", options("LeakyRelu", alpha=0.2),
             [give(kind, 3, 7)], [take(kind)])
    for kind in ("float32", "int8", "uint8"):
        case(f"PRELU {kind}", "PRELU", None,
             [give(kind, 1, 3, 4, 5), give(kind, 1, 1, 5, make=constant)], [take(kind)])
    case("LOGICAL_NOT bool", "LOGICAL_NOT", None, [give("bool", 5)], [result(np.bool_)])
    for op in ("REAL", "IMAG", "COMPLEX_ABS"):
        x = (random.normal(size=(2, 5)) + 1j * random.normal(size=(2, 5))).astype(np.complex64)
        case(f"{op} complex64", op, None, [data(x)], [result()])


def binary():
    """Arithmetic, comparisons and logic."""
    kinds = ("float32", *CODES, "int32", "int64", "uint32")
    for op in ("ADD", "SUB", "MUL", "DIV"):
        name = op.capitalize()
        for kind in kinds:
            low = 0.5 if op == "DIV" else -3
            if (op, kind) == ("DIV", "int8"):
                continue  # TensorFlow Lite's quotients of int8 codes jump to the other end.
            for shapes in (((2, 3, 5), (2, 3, 5)), ((2, 1, 5), (3, 1))):
                case(f"{op} {kind} {len(shapes[1])}", op, options(name),
                     [give(kind, *shapes[0]), give(kind, *shapes[1], low=low)],
                     [take(kind, 0.08)])
        for activation in (1, 2, 3):
            for kind in ("float32", "uint8" if op == "DIV" else "int8"):
                case(f"{op} {kind} activation {activation}", op,
                     options(name, fusedActivationFunction=activation),
                     [give(kind, 2, 9), give(kind, 2, 9, low=0.5)], [take(kind, 0.08)])
    for op in ("MAXIMUM", "MINIMUM", "POW", "SQUARED_DIFFERENCE", "FLOOR_DIV", "FLOOR_MOD",
               "ATAN2", "BITWISE_XOR", "RIGHT_SHIFT", "STABLEHLO_ADD", "STABLEHLO_MULTIPLY",
               "STABLEHLO_MAXIMUM", "STABLEHLO_MINIMUM", "STABLEHLO_AND",
               "STABLEHLO_SHIFT_LEFT"):
        knows_codes = op in ("MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE")
        for kind in kinds if knows_codes else PLAIN:
            low, high = (0.2, 0.9) if "SHIFT" in op or op == "POW" else \
                (0.4, 3) if op in ("FLOOR_DIV", "FLOOR_MOD") else (-3, 3)
            a = give(kind, 2, 3, 5, low=low, high=high)
            if kind in CODES:
                a = give(kind, 2, 3, 5)
            case(f"{op} {kind}", op, None, [a, give(kind, 2, 3, 5, low=low, high=high)],
                 [take(kind, 0.2 if "SQUARED" in op else None)])
        if not op.startswith("STABLE"):
            case(f"{op} float32 broadcast", op, None,
                 [give("float32", 2, 1, 5, low=0.4), give("float32", 3, 1, low=0.4)], [result()])
    for op in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"):
        for kind in ("float32", "int8", "uint8", "int32", "int64", "bool"):
            case(f"{op} {kind}", op, None, [give(kind, 4, 5, high=0, low=-1),
                                            give(kind, 5, high=0, low=-1)], [result(np.bool_)])
        words = [np.array(text.split(), object) for text in ("a bc d é", "a bd d e")]
        case(f"{op} string", op, None, [data(words[0]), data(words[1])], [result(np.bool_)])
    for op in ("LOGICAL_AND", "LOGICAL_OR"):
        case(f"{op} bool", op, None, [give("bool", 3, 4), give("bool", 4)], [result(np.bool_)])
    for kind in kinds:
        case(f"ADD_N {kind}", "ADD_N", None, [give(kind, 2, 3) for _ in range(3)], [take(kind)])
        for op in ("SELECT", "SELECT_V2"):
            case(f"{op} {kind}", op, None,
                 [give("bool", 4, 3), give(kind, 4, 3), give(kind, 4, 3)], [take(kind)])
    case("SELECT float32 rows", "SELECT", None,
         [give("bool", 4), give("float32", 4, 3), give("float32", 4, 3)], [result()])
    case("SELECT_V2 float32 broadcast", "SELECT_V2", None,
         [give("bool", 4, 1), give("float32", 3), give("float32", 1, 3)], [result()])


def casts():
    """Changes of how numbers are stored."""
    plain = ("float32", "float16", "float64", "int32", "int64", "plain int8", "plain uint8",
             "plain int16", "uint16", "uint32", "bool")
    for source in plain:
        for target in plain:
            low = 0.2 if target.lstrip("plain ").startswith("u") else -3
            case(f"CAST {source} to {target}", "CAST", options("Cast"),
                 [give(source, 2, 5, low=low)], [result(KINDS[target][0])])
    for source, target in (("float32", np.int32), ("int32", np.float32), ("plain int16", np.uint16)):
        case(f"BITCAST {source}", "BITCAST", None, [give(source, 2, 4)],
             [result(target, shape=(2, 4))])
    for kind in CODES:
        case(f"QUANTIZE {kind}", "QUANTIZE", options("Quantize"), [give("float32", 3, 7)],
             [take(kind)])
        case(f"DEQUANTIZE {kind}", "DEQUANTIZE", options("Dequantize"), [give(kind, 3, 7)],
             [result()])
        for target in CODES:
            case(f"QUANTIZE {kind} to {target}", "QUANTIZE", options("Quantize"),
                 [give(kind, 3, 7)], [take(target, 0.09)])
    case("DEQUANTIZE float16", "DEQUANTIZE", options("Dequantize"),
         [give("float16", 3, 7)], [result()])
    axis = constant(numbers("int8", 4, 5), scale=[0.1, 0.2, 0.3, 0.4], zero=0, axis=0)
    case("DEQUANTIZE int8 by axis", "DEQUANTIZE", options("Dequantize"), [axis], [result()])
    for bits in (8, 16):
        case(f"FAKE_QUANT {bits}", "FAKE_QUANT",
             options("FakeQuant", min=-1.1, max=2.3, numBits=bits), [give("float32", 3, 7)],
             [result()])
    case("BUCKETIZE float32", "BUCKETIZE", options("Bucketize", boundaries=[-1.0, 0.0, 1.5]),
         [give("float32", 3, 7)], [result(np.int32)])
    case("BUCKETIZE int32", "BUCKETIZE", options("Bucketize", boundaries=[-5.0, 0.0, 5.5]),
         [give("int32", 3, 7)], [result(np.int32)])


def reductions():
    """Operators that make one element of many."""
    kinds = ("float32", *CODES, "int32", "int64")
    for op in ("SUM", "MEAN", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN"):
        for kind in kinds:
            same = op in ("REDUCE_MAX", "REDUCE_MIN")
            for keep, axes in ((False, [1]), (True, [0, -1])):
                case(f"{op} {kind} {len(axes)}", op, options("Reducer", keepDims=keep),
                     [give(kind, 2, 3, 4, low=-1.2, high=1.2), constant(np.array(axes, np.int32))],
                     [take(kind, None if same else 0.07)])
        case(f"{op} float32 no axes", op, options("Reducer"),
             [give("float32", 2, 3), constant(np.zeros(0, np.int32))], [result()])
        case(f"{op} float32 all", op, options("Reducer"),
             [give("float32", 2, 3), data(np.array([0, 1], np.int32))], [result()])
    for op in ("REDUCE_ANY", "REDUCE_ALL"):
        case(f"{op} bool", op, options("Reducer"),
             [give("bool", 3, 4), constant(np.array([1], np.int32))], [result(np.bool_)])
    for op, name in (("ARG_MAX", "ArgMax"), ("ARG_MIN", "ArgMin")):
        for kind in ("float32", "int8", "uint8", "int32", "bool"):
            for number, dtype in ((2, np.int32), (4, np.int64)):
                case(f"{op} {kind} {number}", op, options(name, outputType=number),
                     [give(kind, 2, 7), constant(np.array(-1, np.int32))], [result(dtype)])
    for kind in (*kinds, "plain int16"):
        case(f"TOPK_V2 {kind}", "TOPK_V2", options("TopKV2"),
             [give(kind, 2, 9), constant(np.array(3, np.int32))], [take(kind), result(np.int32)])
        for flags in (0, 1, 2, 3):
            case(f"CUMSUM {kind} {flags}", "CUMSUM",
                 options("Cumsum", exclusive=bool(flags & 1), reverse=bool(flags & 2)),
                 [give(kind, 2, 5), constant(np.array(1, np.int32))], [take(kind)])
        case(f"SEGMENT_SUM {kind}", "SEGMENT_SUM", options("SegmentSum"),
             [give(kind, 4, 3), data(np.array([0, 0, 1, 2], np.int32))], [take(kind)])
        for function in ("SUM", "PROD", "MAX", "MIN"):
            op = f"UNSORTED_SEGMENT_{function}"
            case(f"{op} {kind}", op, None,
                 [give(kind, 4, 3), data(np.array([2, 0, -1, 2], np.int32)),
                  constant(np.array(4, np.int32))], [take(kind)])


def add():
    unary()
    binary()
    casts()
    reductions()
