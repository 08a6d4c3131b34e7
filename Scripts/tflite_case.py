"""Builds models of one operator, and records what TensorFlow Lite makes of them.

    case("add int8", "ADD", options("Add"), [data(x, scale=0.1), ...], [result(np.int8, scale=0.2)])

A case that TensorFlow Lite refuses is no case: the tables try every variant of an operator, and what
its interpreter runs is kept.
"""
import json
import os

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

# The kernels that the interpreter runs by itself; the reference kernels where those refuse.
RESOLVERS = (OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES, OpResolverType.BUILTIN_REF)

TYPES = {np.dtype(name): number for name, number in (
    ("float32", 0), ("float16", 1), ("int32", 2), ("uint8", 3), ("int64", 4), ("bool", 6),
    ("int16", 7), ("complex64", 8), ("int8", 9), ("float64", 10), ("uint64", 12), ("uint32", 15),
    ("uint16", 16),
)}
STRING, RESOURCE = 5, 13

# Cases whose results are no definition, and why.
LEFT_OUT = {
    "DIV uint8 2": "quotients that saturate jump to the other end",
    "BIDIRECTIONAL_SEQUENCE_LSTM float32 True False": "every run gives other numbers",
}

CASES = []
random = np.random.default_rng(1)


class Operand:
    """A tensor of a model: kind is input, constant, state, value or result."""

    def __init__(self, kind, array=None, dtype=None, shape=(), scale=None, zero=0, axis=0):
        self.kind, self.array = kind, array
        self.shape = shape if array is None else array.shape
        self.dtype = dtype if array is None else array.dtype
        self.scale, self.zero, self.axis = scale, zero, axis
        # For a sparse matrix the starts of the rows among the elements, and their columns.
        self.sparse = None

    @property
    def type(self):
        if self.dtype == "resource":
            return RESOURCE
        dtype = np.dtype(self.dtype)
        return STRING if dtype.kind in "OSU" else TYPES[dtype]

    @property
    def is_code(self):
        return self.scale is not None and np.dtype(self.dtype).itemsize <= 2


def data(array, **quantization):
    """An input of the model."""
    return Operand("input", np.asarray(array), **quantization)


def constant(array, **quantization):
    """Elements in the file."""
    return Operand("constant", np.asarray(array), **quantization)


def state(shape, dtype=np.float32, **quantization):
    """A tensor that the operator keeps; it starts as zeros."""
    return Operand("state", None, dtype, shape, **quantization)


def value(dtype=np.float32, shape=(), **quantization):
    """What passes from one operator of a model to another."""
    return Operand("value", None, dtype, shape, **quantization)


def result(dtype=np.float32, shape=(), **quantization):
    """An output of the model."""
    return Operand("result", None, dtype, shape, **quantization)


def options(name, /, **fields):
    """The options table of the schema of that name."""
    table = getattr(schema, f"{name}OptionsT")()
    for field, content in fields.items():
        if not hasattr(table, field):
            raise ValueError(f"{name} has no option {field}")
        setattr(table, field, content)
    return table


class Step:
    """One operator of a graph."""

    def __init__(self, op, table, inputs, outputs, version=1, intermediates=()):
        self.op, self.table, self.version = op, table, version
        self.inputs, self.outputs, self.intermediates = inputs, outputs, intermediates


def case(name, op, table, inputs, outputs, version=None, graphs=(), **closeness):
    """Adds a case of one operator; without a version the newest that runs is taken."""
    steps(name, op, [Step(op, table, inputs, outputs, version)], graphs, **closeness)


def steps(name, op, steps, graphs=(), tolerance=None, quanta=1):
    """Adds a case of several operators, and of further graphs: lists of steps.

    Floats come within `tolerance`, relative and absolute, where it is given; codes within `quanta`.
    """
    CASES.append({"name": name, "op": op, "steps": steps, "graphs": graphs, "tolerance": tolerance,
                  "quanta": quanta})


class Builder:
    """A model under construction."""

    def __init__(self):
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.buffers, self.model.operatorCodes = [schema.BufferT()], []
        self.model.subgraphs = []

    def buffer(self, operand):
        if operand.kind != "constant":
            return 0
        buffer = schema.BufferT()
        if operand.type == STRING:
            texts = [t if isinstance(t, bytes) else str(t).encode() for t in operand.array.ravel()]
            starts = np.cumsum([0] + [len(t) for t in texts]) + 4 * (len(texts) + 2)
            head = np.array([len(texts), *starts], np.int32).tobytes()
            buffer.data = np.frombuffer(head + b"".join(texts), np.uint8)
        else:
            buffer.data = np.frombuffer(operand.array.tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        return len(self.model.buffers) - 1

    def code(self, op, version):
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, op)
        code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), version
        self.model.operatorCodes.append(code)
        return len(self.model.operatorCodes) - 1

    def tensor(self, operand, name):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(operand.shape), operand.type
        tensor.buffer, tensor.hasRank = self.buffer(operand), operand.kind in ("input", "constant")
        tensor.isVariable = operand.kind == "state"
        if operand.scale is not None:
            quantization = schema.QuantizationParametersT()
            quantization.scale = list(np.atleast_1d(operand.scale).astype(np.float32))
            zeros = np.broadcast_to(operand.zero, len(quantization.scale))
            quantization.zeroPoint = [int(zero) for zero in zeros]
            quantization.quantizedDimension = operand.axis
            tensor.quantization = quantization
        if operand.sparse:
            tensor.sparsity = self.sparsity(operand)
        return tensor

    @staticmethod
    def sparsity(operand):
        rows, columns = schema.DimensionMetadataT(), schema.DimensionMetadataT()
        rows.format, rows.denseSize = schema.DimensionType.DENSE, operand.shape[0]
        columns.format = schema.DimensionType.SPARSE_CSR
        for name, numbers in zip(("Segments", "Indices"), operand.sparse):
            listed = schema.Int32VectorT()
            listed.values = numbers
            setattr(columns, f"array{name}Type", schema.SparseIndexVector.Int32Vector)
            setattr(columns, f"array{name}", listed)
        sparsity = schema.SparsityParametersT()
        sparsity.traversalOrder, sparsity.dimMetadata = [0, 1], [rows, columns]
        return sparsity

    def graph(self, steps, version, arguments=None, results=None):
        """Adds a graph; its inputs and outputs are found among the operands, or given in order."""
        graph = schema.SubGraphT()
        graph.tensors, graph.operators, places = [], [], {}
        graph.inputs, graph.outputs = [], []

        def place(operand):
            if operand is None:
                return -1
            if id(operand) not in places:
                places[id(operand)] = len(graph.tensors)
                graph.tensors.append(self.tensor(operand, f"t{len(graph.tensors)}"))
                if arguments is None and operand.kind == "input":
                    graph.inputs.append(places[id(operand)])
                if results is None and operand.kind == "result":
                    graph.outputs.append(places[id(operand)])
            return places[id(operand)]

        graph.inputs += [place(operand) for operand in arguments or ()]
        for step in steps:
            operator = schema.OperatorT()
            operator.inputs = [place(operand) for operand in step.inputs]
            operator.outputs = [place(operand) for operand in step.outputs]
            operator.intermediates = [place(operand) for operand in step.intermediates]
            operator.opcodeIndex = self.code(step.op, step.version or version)
            if step.table is not None:
                name = type(step.table).__name__[:-1]
                if hasattr(schema.BuiltinOptions, name):
                    operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
                    operator.builtinOptions = step.table
                else:
                    operator.builtinOptions2Type = getattr(schema.BuiltinOptions2, name)
                    operator.builtinOptions2 = step.table
            graph.operators.append(operator)
        graph.outputs += [place(operand) for operand in results or ()]
        self.model.subgraphs.append(graph)

    def bytes(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def build(item, version):
    builder = Builder()
    builder.graph(item["steps"], version)
    for graph in item["graphs"]:
        builder.graph(graph["steps"], 1, graph["arguments"], graph["results"])
    return builder.bytes()


def operands(item, kind, side):
    found = []
    for step in item["steps"]:
        found += [o for o in getattr(step, side) if o is not None and o.kind == kind]
    return list(dict.fromkeys(found))


def run(item, version, resolver):
    """The model and the arrays of its outputs; raises what TensorFlow Lite says."""
    content = build(item, version)
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    inputs = operands(item, "input", "inputs")
    for detail, operand in zip(interpreter.get_input_details(), inputs):
        interpreter.set_tensor(detail["index"], operand.array)
    interpreter.invoke()
    outputs = [np.array(interpreter.get_tensor(d["index"])) for d in interpreter.get_output_details()]
    return content, outputs


def tolerance(item, outputs):
    """How close each output must come: codes within one quantum, whole numbers equal."""
    entries = []
    for operand, array in zip(operands(item, "result", "outputs"), outputs):
        if item["tolerance"] is not None and array.dtype.kind in "fc":
            entries.append({"rtol": item["tolerance"], "atol": item["tolerance"]})
        elif array.dtype.kind in "fc":
            finite = np.abs(array[np.isfinite(array)])
            entries.append({"rtol": 1e-5, "atol": 1e-5 * float(max(1, finite.max(initial=0)))})
        else:
            entries.append({"rtol": 0, "atol": item["quanta"] if operand.is_code else 0})
    return {"outputs": entries}


def save(path, array):
    if array.dtype.kind in "OS":
        texts = [t if isinstance(t, bytes) else str(t).encode() for t in array.ravel()]
        array = np.array([t.decode() for t in texts], dtype=str).reshape(array.shape)
        array = array.astype(f"<U{max([1, *map(len, array.ravel())])}")
    np.save(path, array)


def record(item, folder):
    """Writes a case; returns why TensorFlow Lite does not run it, or None."""
    problem = None
    newest = 1 if any(step.version for step in item["steps"]) else 12
    for resolver in RESOLVERS:
        for version in range(newest, 0, -1):
            try:
                content, outputs = run(item, version, resolver)
            except Exception as error:  # whatever the interpreter raises
                found = str(error).replace("\n", " ")[:160]
                if problem is None or "Didn't find op" not in found:
                    problem = found
                continue
            data_folder = folder / item["name"] / "test_data_set_0"
            data_folder.mkdir(parents=True)
            (data_folder.parent / "model.tflite").write_bytes(content)
            limits = json.dumps(tolerance(item, outputs))
            (data_folder.parent / "tolerance.json").write_text(limits)
            for index, operand in enumerate(operands(item, "input", "inputs")):
                save(data_folder / f"input_{index}.npy", operand.array)
            for index, array in enumerate(outputs):
                save(data_folder / f"output_{index}.npy", array)
            return None
    return problem


def record_safely(item, folder):
    """As `record`, in a process of its own: some refusals end the process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.write(writer, (record(item, folder) or "").encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        problem = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return f"ended by signal {status & 127}" if status else problem or None

