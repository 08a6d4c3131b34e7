"""Cases of operators that make, move and pick elements, and of pictures."""
import numpy as np

from tflite_case import case, constant, data, options, random, result
from tflite_cases_elements import CODES, KINDS, give, take

MOVED = ("float32", *CODES, "int32", "int64", "bool", "plain int8", "plain uint8", "plain int16",
         "float16", "uint32")


def whole(*numbers, dtype=np.int32):
    """A constant of whole numbers."""
    return constant(np.array(numbers[0] if len(numbers) == 1 else numbers, dtype))


def words(text, *shape):
    return data(np.array(text.split(), object).reshape(shape or -1))


def layouts():
    """The same elements under other lengths or in another order."""
    for kind in MOVED:
        def try_(op, table, shape, *rest, tag="", outputs=1):
            case(f"{op} {kind}{tag}", op, table, [give(kind, *shape), *rest],
                 [take(kind) for _ in range(outputs)])
        try_("RESHAPE", options("Reshape", newShape=[4, -1]), (2, 3, 4), whole([4, -1]))
        try_("SQUEEZE", options("Squeeze", squeezeDims=[0, -1]), (1, 3, 1, 1))
        try_("EXPAND_DIMS", options("ExpandDims"), (2, 3), whole([-1]))
        try_("TRANSPOSE", options("Transpose"), (2, 3, 4), whole([2, 0, 1]))
        try_("PAD", options("Pad"), (2, 2, 3), whole([[0, 1], [2, 0], [1, 1]]))
        try_("PADV2", options("PadV2"), (2, 3), whole([[0, 1], [2, 0]]), give(kind, make=constant))
        for mode in (0, 1):
            try_("MIRROR_PAD", options("MirrorPad", mode=mode), (3, 4), whole([[1, 2], [2, 1]]),
                 tag=f" {mode}")
        try_("TILE", options("Tile"), (2, 3), whole([2, 3]))
        try_("BROADCAST_TO", options("BroadcastTo"), (1, 3), whole([2, 4, 3]))
        try_("REVERSE_V2", options("ReverseV2"), (2, 3, 4), whole([1]))
        try_("REVERSE_SEQUENCE", options("ReverseSequence", seqDim=1, batchDim=0), (2, 5, 2),
             data(np.array([3, 4], np.int32)))
        try_("SPACE_TO_BATCH_ND", options("SpaceToBatchND"), (1, 5, 4, 2), whole([2, 2]),
             whole([[1, 0], [0, 2]]))
        try_("BATCH_TO_SPACE_ND", options("BatchToSpaceND"), (4, 2, 3, 2), whole([2, 2]),
             whole([[1, 0], [0, 1]]))
        try_("SPACE_TO_DEPTH", options("SpaceToDepth", blockSize=2), (1, 4, 6, 3))
        try_("DEPTH_TO_SPACE", options("DepthToSpace", blockSize=2), (1, 2, 3, 8))
        if kind not in ("int8", "uint8", "bool", "float16"):
            # TensorFlow Lite fills with the code 0, and leaves the rest of 1 and 2 bytes unwritten.
            try_("MATRIX_DIAG", options("MatrixDiag"), (2, 3))
            try_("MATRIX_SET_DIAG", options("MatrixSetDiag"), (2, 3, 4), give(kind, 2, 3))
        try_("SLICE", options("Slice"), (3, 4, 5), whole([1, 0, 2]), whole([2, -1, 3]))
        try_("STRIDED_SLICE", options("StridedSlice", beginMask=1, endMask=2, shrinkAxisMask=4),
             (3, 4, 5), whole([1, 3, -2]), whole([3, 0, 9]), whole([2, -1, 1]))
        try_("UNPACK", options("Unpack", num=3, axis=1), (2, 3, 2), outputs=3)
        try_("SPLIT_V", options("SplitV", numSplits=3), (2, 6), whole([1, -1, 2]), whole(1),
             outputs=3)
        try_("DYNAMIC_UPDATE_SLICE", None, (4, 5), give(kind, 2, 2),
             data(np.array([3, -1], np.int32)))
        try_("DILATE", options("Dilate"), (2, 3), whole([2, 3]), give(kind, make=constant))
        case(f"SPLIT {kind}", "SPLIT", options("Split", numSplits=3),
             [whole(1), give(kind, 2, 6)], [take(kind) for _ in range(3)])
        case(f"CONCATENATION {kind}", "CONCATENATION", options("Concatenation", axis=-1),
             [give(kind, 2, 3), give(kind, 2, 1), give(kind, 2, 2)], [take(kind)])
        case(f"PACK {kind}", "PACK", options("Pack", valuesCount=2, axis=-1),
             [give(kind, 2, 3), give(kind, 2, 3)], [take(kind)])
    other = data(give("uint8", 2, 3).array, scale=0.02, zero=100)
    case("CONCATENATION uint8 rescaled", "CONCATENATION", options("Concatenation", axis=1),
         [other, give("uint8", 2, 3)], [take("uint8")])
    for name, masks in (("new", {"newAxisMask": 1, "ellipsisMask": 2}), ("all", {})):
        case(f"STRIDED_SLICE float32 {name}", "STRIDED_SLICE", options("StridedSlice", **masks),
             [give("float32", 3, 4, 5), whole([0, 0, 1]), whole([2, 3, 4]), whole([1, 1, 2])],
             [result()])
    case("SQUEEZE float32 all", "SQUEEZE", options("Squeeze"), [give("float32", 1, 3, 1, 2)],
         [result()])
    case("RESHAPE float32 by data", "RESHAPE", options("Reshape"),
         [give("float32", 2, 3, 4), data(np.array([-1, 6], np.int32))], [result()])
    case("PAD float32 by data", "PAD", options("Pad"),
         [give("float32", 2, 3), data(np.array([[1, 0], [0, 2]], np.int32))], [result()])
    for op, table, rest in (("RESHAPE", options("Reshape"), [whole([3, 2])]),
                            ("TILE", options("Tile"), [whole([2])]),
                            ("EXPAND_DIMS", options("ExpandDims"), [whole([0])])):
        case(f"{op} string", op, table, [words("a bc d é f gh"), *rest], [result(object)])
    case("BROADCAST_ARGS int32", "BROADCAST_ARGS", None,
         [data(np.array([2, 1, 3], np.int32)), data(np.array([4, 1], np.int32))],
         [result(np.int32)])


def picks():
    """Elements by their places."""
    for kind in MOVED:
        case(f"GATHER {kind}", "GATHER", options("Gather", axis=1),
             [give(kind, 3, 4, 2), data(np.array([2, 0, 3], np.int32))], [take(kind)])
        case(f"GATHER_ND {kind}", "GATHER_ND", options("GatherNd"),
             [give(kind, 3, 4, 2), data(np.array([[2, 0], [1, 3]], np.int32))], [take(kind)])
        if kind not in CODES:
            case(f"SCATTER_ND {kind}", "SCATTER_ND", options("ScatterNd"),
                 [data(np.array([[1], [3], [1]], np.int32)), give(kind, 3, 2), whole([5, 2])],
                 [take(kind)])
        case(f"SPARSE_TO_DENSE {kind}", "SPARSE_TO_DENSE", options("SparseToDense"),
             [whole([[0, 1], [2, 0]]), whole([3, 4]), give(kind, 2), give(kind, make=constant)],
             [take(kind)])
        case(f"ONE_HOT {kind}", "ONE_HOT", options("OneHot", axis=-1),
             [data(np.array([0, 2, -1, 5], np.int32)), whole(4), give(kind, make=constant),
              give(kind, make=constant)], [take(kind)])
        case(f"FILL {kind}", "FILL", options("Fill"),
             [whole([2, 3]), give(kind, make=data)], [take(kind)])
        case(f"ZEROS_LIKE {kind}", "ZEROS_LIKE", options("ZerosLike"), [give(kind, 2, 3)],
             [take(kind)])
        if kind not in CODES:
            case(f"WHERE {kind}", "WHERE", options("Where"), [give(kind, 3, 4)],
                 [result(np.int64)])
        case(f"UNIQUE {kind}", "UNIQUE", options("Unique", idxOutType=2),
             [give(kind, 9, low=-0.3, high=0.3)], [take(kind), result(np.int32)])
        case(f"SHAPE {kind}", "SHAPE", options("Shape", outType=2), [give(kind, 2, 3, 4)],
             [result(np.int32)])
        case(f"RANK {kind}", "RANK", options("Rank"), [give(kind, 2, 3, 4)], [result(np.int32)])
        numbers = [whole(n, dtype=KINDS[kind][0]) for n in (3, 12, 4)]
        case(f"RANGE {kind}", "RANGE", options("Range"), numbers, [take(kind)])
    case("GATHER float32 batch", "GATHER", options("Gather", axis=1, batchDims=1),
         [give("float32", 2, 4, 3), data(np.array([[2, 0], [3, 1]], np.int32))], [result()])
    case("GATHER string", "GATHER", options("Gather", axis=0),
         [words("a bc d é"), data(np.array([3, 0], np.int32))], [result(object)])
    case("GATHER_ND string", "GATHER_ND", options("GatherNd"),
         [words("a bc d é", 2, 2), data(np.array([[1, 0]], np.int32))], [result(object)])
    case("SHAPE float32 int64", "SHAPE", options("Shape", outType=4), [give("float32", 2, 3)],
         [result(np.int64)])
    for kind in ("float32", "int8", "uint8"):
        case(f"EMBEDDING_LOOKUP {kind}", "EMBEDDING_LOOKUP", None,
             [data(np.array([2, 0, 2], np.int32)), give(kind, 3, 4, make=constant)],
             [take(kind)])


def pictures():
    """Resizing, boxes and transforms."""
    for kind in ("float32", *CODES):
        for align, half in ((False, False), (True, False), (False, True)):
            for op, name in (("RESIZE_BILINEAR", "ResizeBilinear"),
                             ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighbor")):
                table = options(name, alignCorners=align, halfPixelCenters=half)
                # Of int16 TensorFlow Lite rounds the shares of the neighbours to 10 bits.
                case(f"{op} {kind} {align} {half}", op, table,
                     [give(kind, 1, 4, 5, 2), whole([7, 3])], [take(kind)],
                     quanta=4 if kind == "int16" else 1)
    corners = np.sort(random.random((6, 4)).astype(np.float32), axis=1)
    scores = random.random(6).astype(np.float32)
    limits = [whole(4), constant(np.float32(0.5)), constant(np.float32(0.1))]
    case("NON_MAX_SUPPRESSION_V4 float32", "NON_MAX_SUPPRESSION_V4",
         options("NonMaxSuppressionV4"), [data(corners), data(scores), *limits],
         [result(np.int32), result(np.int32)])
    case("NON_MAX_SUPPRESSION_V5 float32", "NON_MAX_SUPPRESSION_V5",
         options("NonMaxSuppressionV5"),
         [data(corners), data(scores), *limits, constant(np.float32(0.5))],
         [result(np.int32), result(), result(np.int32)])
    case("RFFT2D float32", "RFFT2D", options("Rfft2d"), [give("float32", 2, 4, 8), whole([4, 8])],
         [result(np.complex64)])


def add():
    layouts()
    picks()
    pictures()
