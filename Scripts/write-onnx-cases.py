#!/usr/bin/env python3
"""Writes the operator cases that the `onnx` package carries, as `lamina verify` reads them.

    write-onnx-cases.py OUT_FOLDER

OUT_FOLDER/<case>/model.onnx, tolerance.json and test_data_set_<i>/{input,output}_<j>.pb; and
OUT_FOLDER/operators.json, which says what operator each case is about.
"""
import json
import pathlib
import sys
import warnings

warnings.filterwarnings("ignore")

from onnx import SequenceProto, TensorProto, numpy_helper  # noqa: E402
from onnx.backend.test.case.node import collect_testcases  # noqa: E402

# What turns a value into the message of its declared kind; a tensor for all other kinds.
MESSAGES = {
    "sequence_type": numpy_helper.from_list,
    "optional_type": numpy_helper.from_optional,
    "map_type": numpy_helper.from_dict,
}


def message(value, declared):
    """`value` as the protobuf message that its declaration in the graph asks for."""
    if isinstance(value, (TensorProto, SequenceProto)):
        return value
    convert = MESSAGES.get(declared.type.WhichOneof("value"), numpy_helper.from_array)
    return convert(value, declared.name)


def write(case, folder):
    """Writes one case."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    tolerance = {"rtol": case.rtol, "atol": case.atol}
    (folder / "tolerance.json").write_text(json.dumps(tolerance))
    graph = case.model.graph
    for index, arrays in enumerate(case.data_sets):
        data = folder / f"test_data_set_{index}"
        data.mkdir(exist_ok=True)
        for kind, values, declared in zip(("input", "output"), arrays, (graph.input, graph.output)):
            for j, pair in enumerate(zip(values, declared)):
                (data / f"{kind}_{j}.pb").write_bytes(message(*pair).SerializeToString())


def operator(case, known):
    """The operator of a case; that of the plain case for one whose function is expanded."""
    base = case.name.split("_expanded")[0]
    types = [n.op_type for n in case.model.graph.node]
    return known.get(base) or next((t for t in reversed(types) if t != "Constant"), types[-1])


def main(out):
    out = pathlib.Path(out)
    cases = sorted(collect_testcases(None), key=lambda case: case.name)
    operators = {}
    for case in sorted(cases, key=lambda case: "_expanded" in case.name):
        operators[case.name] = operator(case, operators)
    for case in cases:
        write(case, out / case.name)
    (out / "operators.json").write_text(json.dumps(operators, indent=0))
    print(len(cases), "cases written")


if __name__ == "__main__":
    main(sys.argv[1])
