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
    parts.append(f"{count} operators in {len(families)} families.\n")
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
