#!/usr/bin/env python3
"""Writes Docs/Operators.md from the catalog of operators and their doc comments.

    operators-doc.py            writes the file
    operators-doc.py --check    exit code 1 when it is not current, or an operator lacks a part

An operator's comment has a sentence, a formula or a reference to one, and the fields Inputs, Outputs
and Source.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ROOT / "Sources/LaminaOperators"
KERNELS = ROOT / "Sources/LaminaSIMD/SIMDKernels.swift"
TARGET = ROOT / "Docs/Operators.md"
FIELDS = ("Inputs", "Outputs", "Source")
HEADER = """\
# Operators

What Lamina computes: written from the catalog and the doc comments of `Sources/LaminaOperators` by
`Scripts/operators-doc.py`. Each name links to the operator's file.
"""


def catalog():
    """The families in order, each with the names of its operators."""
    lists = {}
    for path in SOURCES.glob("*/*Catalog.swift"):
        for name, body in re.findall(
                r"static let (\w+): \[any Operator\.Type\] = \[(.*?)\]", path.read_text(), re.S):
            lists[name] = re.findall(r"(\w+)\.self", body)
    joined = (SOURCES / "OperatorCatalog.swift").read_text().split("operators: [any Operator.Type] =")
    order = re.findall(r"\w+", joined[1])
    return [(family, lists[family]) for family in order if family in lists]


def comments():
    """Per struct: its doc comment's lines and its file."""
    found = {}
    pattern = re.compile(r"((?:^///.*\n)+)^package (?:struct|final class) (\w+)", re.M)
    for path in sorted(SOURCES.rglob("*.swift")):
        for comment, name in pattern.findall(path.read_text()):
            lines = [line[3:].removeprefix(" ") for line in comment.splitlines()]
            found[name] = lines, path.relative_to(ROOT)
    return found


def plain(text):
    """Symbol links as code: ``A/b(_:)`` becomes `A.b(_:)`."""
    return re.sub(r"``([^`]+)``", lambda link: "`" + link[1].replace("/", ".") + "`", text)


OVERVIEW = """\
## Overview

Every operator runs on `reference`. The table says which formats have it (ONNX 1.23 and TensorFlow Lite
as of LiteRT 2.3; others in the operator's own section), what the backend `cpu` has kernels for,
what elements it takes, and what the reference costs: multiply-accumulates (MACs), or operations for
each element of the result. Bytes are those of inputs and outputs. `codes` are quantized numbers; where
there is no kernel for them, an operator takes them as the numbers that they stand for.

| operator | ONNX | TensorFlow Lite | cpu | elements | cost |
| --- | --- | --- | --- | --- | --- |
"""

# What an operator asks of the elements of its first input, by the check that it makes.
ELEMENTS = {
    "requireArithmetic": "float", "requireFloatingPoint": "float", "requireReal": "real",
    "requireInteger": "integer",
}


def kernels():
    """Per operator the kinds of elements that the cpu kernels take."""
    found = {}
    for name, kind in re.findall(r"Kernel\(\s*(\w+)\.self,\s*\.(\w+)", KERNELS.read_text()):
        words = {"float32": "float", "brain": "bf16", "bytes": "codes", "any": "any"}
        kinds = found.setdefault(name, [])
        if words[kind] not in kinds:
            kinds.append(words[kind])
    return found


def elements(code):
    """What the first input's elements may be."""
    if "MovementOperator {" in code:
        return "any"
    own = re.search(r"func outputTypes.*?\n  }", code, re.S)
    for check in re.findall(r"\.(require\w+)\(", own[0] if own else ""):
        if check in ELEMENTS:
            return ELEMENTS[check]
    return "string" if ".require(.string)" in code else "see below"


def cost(code):
    """The reference's cost in a few words."""
    own = re.search(r"func cost\(.*?\n  }|func cost\(.*", code, re.S)
    body = own[0] if own else ""
    if "macs" in body:
        return "MACs"
    if "{ .none }" in body or "MovementOperator {" in code and not body:
        return "moves"
    if "ControlFlowOperator {" in code:
        return "its graphs'"
    count = re.search(r"operationsPerElement: (\d+)", body)
    return f"{count[1]} each" if count else "by size" if body else "1 each"


def row(name, lines, path, kinds):
    """The operator's line of the table."""
    source = re.search(r"^- Source:(.*)", "\n".join(lines), re.S | re.M)
    parts = " ".join(source[1].split()).rstrip(".") if source else ""
    parts = re.split(r"; (?![^(]*\))", parts)
    names = ["; ".join(part.removeprefix(word).strip() for part in parts if part.startswith(word))
             for word in ("ONNX", "TFLite")]
    code = (ROOT / path).read_text()
    kernel = ", ".join(kinds.get(name, []))
    cells = [f"[{name}](#{name.lower()})", *map(plain, names), kernel, elements(code), cost(code)]
    return f"| {' | '.join(cells)} |"


def section(name, lines, path):
    """The Markdown of one operator."""
    fields = re.split(r"^- (?=[A-Z]\w+:)", "\n".join(lines), flags=re.M)
    body, rows = fields[0].strip("\n"), []
    for field in fields[1:]:
        title, text = field.split(":", 1)
        rows.append(f"- **{title}:** {' '.join(text.split())}")
    return "\n".join([f"### [{name}](../{path})\n", plain(body), "", plain("\n".join(rows)), ""])


def document():
    """The whole file, and what is missing in the comments."""
    known, parts, problems = comments(), [HEADER], []
    families = catalog()
    count = sum(len(names) for _, names in families)
    kinds = kernels()
    fast = sum(name in kinds for _, names in families for name in names)
    parts.append(f"{count} operators in {len(families)} families; {fast} have kernels on `cpu`.\n")
    rows = [row(name, *known[name], kinds) for _, names in families for name in sorted(names)
            if name in known]
    parts.append(OVERVIEW + "\n".join(rows) + "\n")
    for family, names in families:
        title = re.sub(r"([A-Z])", lambda letter: " " + letter[1].lower(), family).capitalize()
        parts.append(f"## {title}\n")
        for name in sorted(names):
            if name not in known:
                problems.append(f"{name}: no documented struct of this name")
                continue
            lines, path = known[name]
            text = "\n".join(lines)
            problems += [f"{path}: {name} has no field {field}"
                         for field in FIELDS if f"- {field}:" not in text]
            parts.append(section(name, lines, path))
    return "\n".join(parts), problems


def main(check):
    text, problems = document()
    if not check:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        problems.append("Docs/Operators.md is not current: run Scripts/operators-doc.py")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
