"""Cases of control flow, variables, tables, words, and of StableHLO's operators."""
import numpy as np
from flatbuffers import flexbuffers

from tflite_case import Step, case, constant, data, options, random, result, steps, value
from tflite_cases_elements import give


def graph(steps, arguments, results):
    return {"steps": steps, "arguments": arguments, "results": results}


def function(op, table, second=None, dtype=np.float32, shape=(2,)):
    """A graph of one operator on its inputs, or on its input and a constant."""
    arguments = [value(dtype, shape)] if second is not None else [value(dtype, shape) for _ in "ab"]
    outcome = value(np.bool_ if op == "LESS" else dtype, shape)
    inputs = arguments + ([constant(second)] if second is not None else [])
    return graph([Step(op, table, inputs, [outcome], 1)], arguments, [outcome])


def control_flow():
    branches = [function("ADD", options("Add")), function("MUL", options("Mul"))]
    for choice in (True, False):
        case(f"IF float32 {choice}", "IF", options("If", thenSubgraphIndex=1, elseSubgraphIndex=2),
             [data(np.array(choice)), give("float32", 2), give("float32", 2)], [result(shape=(2,))],
             graphs=branches)
    for index in (0, 1, 7):
        case(f"STABLEHLO_CASE float32 {index}", "STABLEHLO_CASE",
             options("StablehloCase", branchSubgraphIndices=[1, 2]),
             [data(np.array([index], np.int32)), give("float32", 2), give("float32", 2)],
             [result(shape=(2,))], graphs=branches)
    loop = [function("LESS", None, np.array([100], np.float32), shape=(1,)),
            function("MUL", options("Mul"), np.array([3], np.float32), shape=(1,))]
    case("WHILE float32", "WHILE", options("While", condSubgraphIndex=1, bodySubgraphIndex=2),
         [data(np.array([1.5], np.float32))], [result(shape=(1,))], graphs=loop)
    case("STABLEHLO_COMPOSITE float32", "STABLEHLO_COMPOSITE",
         options("StableHLOComposite", name="own.sum", decompositionSubgraphIndex=1,
                 compositeAttributes=list(flexbuffers.Dumps({}))),
         [give("float32", 2), give("float32", 2)], [result(shape=(2,))], graphs=branches[:1])


def handle(name):
    """A reference to a variable and the operator that makes it."""
    reference = value("resource", (1,))
    return reference, Step("VAR_HANDLE", options("VarHandle", container="", sharedName=name), [],
                           [reference], 1)


def variables():
    x, read, total = give("float32", 3), value(shape=(3,)), result(shape=(3,))
    for name in ("VAR_HANDLE", "ASSIGN_VARIABLE", "READ_VARIABLE"):
        reference, make = handle("v")
        steps(f"{name} float32", name, [
            make, Step("ASSIGN_VARIABLE", options("AssignVariable"), [reference, x], [], 1),
            Step("READ_VARIABLE", options("ReadVariable"), [reference], [read], 1),
            Step("ADD", options("Add"), [read, x], [total], 1)])
    inner, make_inner = handle("w")
    start = constant(np.array([1, 2, 4], np.float32))
    prepare = graph([make_inner, Step("ASSIGN_VARIABLE", options("AssignVariable"), [inner, start],
                                      [], 1)], [], [])
    reference, make = handle("w")
    steps("CALL_ONCE float32", "CALL_ONCE", [
        Step("CALL_ONCE", options("CallOnce", initSubgraphIndex=1), [], [], 1), make,
        Step("READ_VARIABLE", options("ReadVariable"), [reference], [read], 1),
        Step("ADD", options("Add"), [read, x], [total], 1)], [prepare])
    branch(x)


def branch(x):
    """A variable that only one branch assigns, read afterwards."""
    def reading(changes):
        reference, make = handle("u")
        argument, before, after = value(shape=(3,)), value(shape=(3,)), value(shape=(3,))
        read = Step("READ_VARIABLE", options("ReadVariable"), [reference], [before], 1)
        add = Step("ADD", options("Add"), [before, argument], [after], 1)
        assign = Step("ASSIGN_VARIABLE", options("AssignVariable"), [reference, after], [], 1)
        return graph([make, read, add] + ([assign] if changes else []), [argument], [after])
    for choice in (True, False):
        reference, make = handle("u")
        before, outcome = value(shape=(3,)), result(shape=(3,))
        steps(f"IF variable {choice}", "IF", [
            make, Step("ASSIGN_VARIABLE", options("AssignVariable"), [reference, x], [], 1),
            Step("IF", options("If", thenSubgraphIndex=1, elseSubgraphIndex=2),
                 [data(np.array(choice)), x], [before], 1),
            Step("READ_VARIABLE", options("ReadVariable"), [reference], [outcome], 1)],
              [reading(True), reading(False)])


def tables():
    words = np.array(["ab", "c", "é"], object)
    numbers = np.array([5, -1, 1 << 40], np.int64)
    for name, keys, values, types, missing in (
            ("string", words, numbers, (5, 4), np.array([7], np.int64)),
            ("int64", numbers, words, (4, 5), np.array(["none"], object))):
        def table():
            reference = value("resource", (1,))
            made = Step("HASHTABLE", options("Hashtable", tableId=3, keyDtype=types[0],
                                             valueDtype=types[1]), [], [reference], 1)
            return reference, made
        reference, make = table()
        fill = graph([make, Step("HASHTABLE_IMPORT", options("HashtableImport"),
                                 [reference, constant(keys), constant(values)], [], 1)], [], [])
        for op in ("HASHTABLE", "HASHTABLE_IMPORT", "HASHTABLE_FIND", "HASHTABLE_SIZE"):
            reference, make = table()
            query = data(np.array([keys[2], keys[0], keys[0] * 2], keys.dtype))
            found = result(values.dtype, shape=(3,))
            count = result(np.int64, shape=(1,))
            steps(f"{op} {name}", op, [
                Step("CALL_ONCE", options("CallOnce", initSubgraphIndex=1), [], [], 1), make,
                Step("HASHTABLE_FIND", options("HashtableFind"),
                     [reference, query, constant(missing)], [found], 1),
                Step("HASHTABLE_SIZE", options("HashtableSize"), [reference], [count], 1)], [fill])


def text():
    for size, skip, shorter in ((2, 0, False), (3, 1, True), (2, 3, False)):
        case(f"SKIP_GRAM {size} {skip}", "SKIP_GRAM",
             options("SkipGram", ngramSize=size, maxSkipSize=skip, includeAllNgrams=shorter),
             [data(np.array(["the quick  brown fox jumps"], object))], [result(object)])
    keys = data(np.array([-3, 0, 7], np.int32))
    query = data(np.array([7, 1, -3, 7], np.int32))
    for kind in ("float32", "int32", "int8"):
        rows = data(give(kind, 3, 2).array)
        case(f"HASHTABLE_LOOKUP {kind}", "HASHTABLE_LOOKUP", None, [query, keys, rows],
             [result(rows.dtype), result(np.uint8)])
    for combiner in (0, 1, 2):
        case(f"EMBEDDING_LOOKUP_SPARSE float32 {combiner}", "EMBEDDING_LOOKUP_SPARSE",
             options("EmbeddingLookupSparse", combiner=combiner),
             [data(np.array([1, 3, 0], np.int32)),
              data(np.array([[0, 0], [2, 0], [2, 1]], np.int32)),
              data(np.array([3, 2], np.int32)), data(np.array([1, 2, 4], np.float32)),
              give("float32", 4, 2, 3)], [result()])
    for kind in (1, 2):
        for width in (1, 4, 8, 17, 40):
            seeds = constant(random.normal(size=(3, 4)).astype(np.float32))
            items = data(random.integers(-99, 99, (5, width)).astype(np.int32))
            weights = [data(random.random(5).astype(np.float32))] if width > 4 else []
            case(f"LSH_PROJECTION {kind} {width}", "LSH_PROJECTION",
                 options("LSHProjection", type=kind), [seeds, items, *weights], [result(np.int32)])


def chance():
    lengths = constant(np.array([40, 50], np.int32))
    for op in ("RANDOM_UNIFORM", "RANDOM_STANDARD_NORMAL"):
        for seed in (0, 9):
            case(f"{op} {seed}", op, options("Random", seed=seed, seed2=seed), [lengths], [result()])
    logits = constant(np.log(np.array([[0.1, 0.2, 0.7]], np.float32)))
    case("MULTINOMIAL int32", "MULTINOMIAL", options("Random", seed=3, seed2=4),
         [logits, constant(np.array(2000, np.int32))], [result(np.int32)])
    for algorithm, length in ((0, 2), (1, 2), (1, 3), (2, 2)):
        for dtype in (np.uint32, np.int32, np.uint64, np.int64):
            state = random.integers(0, 1 << 63, length).astype(np.uint64)
            name = f"{algorithm} {length} {np.dtype(dtype)}"
            case(f"STABLEHLO_RNG_BIT_GENERATOR {name}", "STABLEHLO_RNG_BIT_GENERATOR",
                 options("StablehloRngBitGenerator", algorithm=algorithm), [data(state)],
                 [result(np.uint64, shape=(length,)), result(dtype, shape=(3, 5))])


def windows():
    whole = lambda *numbers: constant(np.array(numbers, np.int64))  # noqa: E731
    for kind in ("float32", "int32", "int64", "plain int8", "plain int16", "bool"):
        for number, name in enumerate(("add", "mul", "min", "max", "all", "any"), 1):
            start = constant(np.array(number in (2, 5), give(kind, 1).dtype))
            case(f"REDUCE_WINDOW {kind} {name}", "REDUCE_WINDOW",
                 options("ReduceWindow", reduceFunction=number),
                 [give(kind, 5, 6), start, whole(2, 3), whole(2, 1), whole(1, 2)],
                 [result(start.dtype)])
        for op, table in (("ADD", options("Add")), ("MUL", options("Mul")), ("MAXIMUM", None),
                          ("MINIMUM", None), ("LOGICAL_AND", None), ("LOGICAL_OR", None),
                          ("STABLEHLO_ADD", None), ("STABLEHLO_MAXIMUM", None)):
            start = constant(np.array(op in ("MUL", "LOGICAL_AND"), give(kind, 1).dtype))
            body = function(op, table, dtype=start.dtype, shape=())
            case(f"STABLEHLO_REDUCE_WINDOW {kind} {op}", "STABLEHLO_REDUCE_WINDOW",
                 options("StablehloReduceWindow", windowDimensions=[2, 3], windowStrides=[2, 1],
                         baseDilations=[1, 2], windowDilations=[2, 1], padding=[1, 0, 0, 2],
                         bodySubgraphIndex=1),
                 [give(kind, 5, 6), start], [result(start.dtype)], graphs=[body])
            body = function(op, table, dtype=start.dtype, shape=())
            case(f"STABLEHLO_SCATTER {kind} {op}", "STABLEHLO_SCATTER",
                 options("StablehloScatter", updateWindowDims=[2, 3], insertedWindowDims=[0],
                         scatterDimsToOperandDims=[1, 0], indexVectorDim=2,
                         updateComputationSubgraphIndex=1),
                 [give(kind, 3, 4, 2),
                  data(np.array([[[0, 2], [1, 0], [2, 1]], [[0, 1], [1, 0], [0, 9]]], np.int64)),
                  give(kind, 2, 3, 2, 2)], [result(start.dtype)], graphs=[body])
        case(f"STABLEHLO_GATHER {kind}", "STABLEHLO_GATHER",
             options("StablehloGather", offsetDims=[2, 3], collapsedSliceDims=[0],
                     startIndexMap=[1, 0], indexVectorDim=2, sliceSizes=[1, 2, 2]),
             [give(kind, 3, 4, 2),
              data(np.array([[[0, 0], [1, 0], [2, 1]], [[0, 1], [1, 1], [0, 9]]], np.int64))],
             [result(give(kind, 1).dtype, shape=(2, 3, 2, 2))])
        for low, high, inner in (((1, 0), (0, 2), (0, 1)), ((-1, 1), (1, -1), (1, 0))):
            case(f"STABLEHLO_PAD {kind} {low[0]}", "STABLEHLO_PAD",
                 options("StablehloPad", edgePaddingLow=low, edgePaddingHigh=high,
                         interiorPadding=inner),
                 [give(kind, 3, 4), constant(give(kind).array)], [result(give(kind, 1).dtype)])


def sparse():
    """Weights that are stored by the places of those that are not zero."""
    values = np.array([1.5, -2, 0.25, 3], np.float32)
    stored = constant(values)
    stored.shape, stored.sparse = (4, 3), ([0, 1, 1, 3, 4], [2, 0, 1, 0])
    wide = value(np.float32, (4, 3))
    steps("DENSIFY float32", "DENSIFY", [
        Step("DENSIFY", options("Densify"), [stored], [wide], 1),
        Step("ADD", options("Add"), [wide, give("float32", 4, 3)], [result()], 1)])


def add():
    control_flow()
    variables()
    tables()
    text()
    chance()
    windows()
    sparse()
