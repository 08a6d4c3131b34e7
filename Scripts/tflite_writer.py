"""Writes TensorFlow Lite files from plain values, on the schema classes of ai-edge-litert.

    model = Writer("what the file says of itself")
    x = model.tensor("x", [1, 4])
    y = model.tensor("y", [1, 4])
    model.op("RELU", [x], [y])
    model.subgraph([x], [y])
    pathlib.Path("relu.tflite").write_bytes(model.bytes())
"""
import io
import zipfile

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.float16): schema.TensorType.FLOAT16,
    np.dtype(np.int32): schema.TensorType.INT32,
    np.dtype(np.uint8): schema.TensorType.UINT8,
    np.dtype(np.int64): schema.TensorType.INT64,
    np.dtype(np.bool_): schema.TensorType.BOOL,
    np.dtype(np.int16): schema.TensorType.INT16,
    np.dtype(np.int8): schema.TensorType.INT8,
}


class Writer:
    """One model file under construction; tensors and operators go to the open subgraph."""

    def __init__(self, description):
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = description
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes, self.model.subgraphs = [], []
        self.model.metadata, self.model.signatureDefs = [], []
        self.open = self.new_subgraph()

    @staticmethod
    def new_subgraph():
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = [], []
        return graph

    def buffer(self, data):
        """The index of a new buffer with these bytes."""
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(bytes(data), np.uint8)
        self.model.buffers.append(buffer)
        return len(self.model.buffers) - 1

    def tensor(self, name, shape, dtype=np.float32, scale=None, zero_point=0, axis=0,
               signature=None):
        """The index of a new activation; `scale` and `zero_point` may be lists, one per channel."""
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(shape), TYPES[np.dtype(dtype)]
        tensor.shapeSignature, tensor.buffer = signature, 0
        if scale is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = np.atleast_1d(np.asarray(scale, np.float32))
            zero_points = np.broadcast_to(zero_point, tensor.quantization.scale.shape)
            tensor.quantization.zeroPoint = zero_points.astype(np.int64)
            tensor.quantization.quantizedDimension = axis
        self.open.tensors.append(tensor)
        return len(self.open.tensors) - 1

    def constant(self, name, value, **quantization):
        """The index of a new tensor with this value."""
        value = np.asarray(value)
        index = self.tensor(name, value.shape, value.dtype, **quantization)
        self.open.tensors[index].buffer = self.buffer(value.tobytes())
        return index

    def code(self, name, version):
        """The index of the operator `name`, or of a custom one when the schema has no such name."""
        code = schema.OperatorCodeT()
        builtin = getattr(schema.BuiltinOperator, name, None)
        code.builtinCode = schema.BuiltinOperator.CUSTOM if builtin is None else builtin
        code.customCode = name if builtin is None else None
        code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), version
        for index, known in enumerate(self.model.operatorCodes):
            if vars(known) == vars(code):
                return index
        self.model.operatorCodes.append(code)
        return len(self.model.operatorCodes) - 1

    def op(self, name, inputs, outputs, table=None, version=1, **options):
        """Adds an operator; `table` names its options table, whose fields are `options`."""
        operator = schema.OperatorT()
        operator.opcodeIndex = self.code(name, version)
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        if table:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, table)
            operator.builtinOptions = getattr(schema, table + "T")()
            for key, value in options.items():
                setattr(operator.builtinOptions, key, value)
        self.open.operators.append(operator)
        return operator

    def subgraph(self, inputs, outputs, name="main"):
        """Closes the open subgraph and opens the next; returns the closed one's index."""
        self.open.inputs, self.open.outputs, self.open.name = list(inputs), list(outputs), name
        self.model.subgraphs.append(self.open)
        self.open = self.new_subgraph()
        return len(self.model.subgraphs) - 1

    def signature(self, key, subgraph, inputs, outputs):
        """Names a subgraph's inputs and outputs: dictionaries from name to tensor index."""
        def maps(names):
            entries = []
            for name, index in names.items():
                entry = schema.TensorMapT()
                entry.name, entry.tensorIndex = name, index
                entries.append(entry)
            return entries

        signature = schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = key, subgraph
        signature.inputs, signature.outputs = maps(inputs), maps(outputs)
        self.model.signatureDefs.append(signature)

    def metadata(self, name, data):
        """Adds a named buffer, such as TFLITE_METADATA."""
        entry = schema.MetadataT()
        entry.name, entry.buffer = name, self.buffer(data)
        self.model.metadata.append(entry)

    def bytes(self):
        """The finished file."""
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def conv(model, x, weights, bias, y, stride=1, padding="SAME", activation="NONE", **options):
    """Adds a two-dimensional convolution."""
    return model.op(
        "CONV_2D", [x, weights, bias], [y], "Conv2DOptions", version=3,
        padding=getattr(schema.Padding, padding), strideW=stride, strideH=stride,
        fusedActivationFunction=getattr(schema.ActivationFunctionType, activation), **options)


def pool(model, name, x, y, size, stride, padding="VALID"):
    """Adds a pooling, `name` MAX_POOL_2D or AVERAGE_POOL_2D, with a square window."""
    return model.op(
        name, [x], [y], "Pool2DOptions", version=2, padding=getattr(schema.Padding, padding),
        filterWidth=size, filterHeight=size, strideW=stride, strideH=stride)


def fully_connected(model, x, weights, bias, y, activation="NONE"):
    """Adds a fully connected layer."""
    return model.op(
        "FULLY_CONNECTED", [x, weights, bias], [y], "FullyConnectedOptions", version=4,
        fusedActivationFunction=getattr(schema.ActivationFunctionType, activation))


def with_file(model, name, data):
    """The bytes of `model` followed by a zip archive that holds one file, as metadata asks for it.

    The file is stored as it is and dated 1980, so that the same input gives the same bytes.
    """
    whole = io.BytesIO(model)
    with zipfile.ZipFile(whole, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), data)
    return whole.getvalue()


def image_metadata(name, description, labels_file, mean, std, gray=False):
    """The metadata buffer of an image classifier: normalization in, a file of labels out."""
    b = flatbuffers.Builder(1024)

    def table(fields):
        """A table from {slot: ("offset" or "byte", value)}."""
        b.StartObject(max(fields) + 1)
        for slot, (kind, value) in fields.items():
            if kind == "byte":
                b.PrependInt8Slot(slot, value, 0)
            else:
                b.PrependUOffsetTRelativeSlot(slot, value, 0)
        return b.EndObject()

    def vector(offsets):
        b.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            b.PrependUOffsetTRelative(offset)
        return b.EndVector()

    def text(value):
        return ("offset", b.CreateString(value))

    means = b.CreateNumpyVector(np.asarray(mean, np.float32))
    stds = b.CreateNumpyVector(np.asarray(std, np.float32))
    normalization = table({0: ("offset", means), 1: ("offset", stds)})
    unit = table({0: ("byte", 1), 1: ("offset", normalization)})
    image = table({0: ("byte", 2 if gray else 1)})
    content = table({0: ("byte", 2), 1: ("offset", image)})
    units = vector([unit])
    source = table({0: text("image"), 3: ("offset", content), 4: ("offset", units)})
    file = table({0: text(labels_file), 2: ("byte", 2)})
    files = vector([file])
    result = table({0: text("probability"), 6: ("offset", files)})
    sources, results = vector([source]), vector([result])
    graph = table({2: ("offset", sources), 3: ("offset", results)})
    graphs = vector([graph])
    root = table({0: text(name), 1: text(description), 2: text("1"), 3: ("offset", graphs)})
    b.Finish(root, b"M001")
    return bytes(b.Output())
