#!/usr/bin/env python3
"""Holds the results of ONNX's operator cases against the list of those that do not pass.

    compare-onnx-cases.py CASES_FOLDER LIST [--update] BACKEND=RESULT.json …

RESULT.json is what `lamina verify --json` printed. A case passes when it passes on every backend.
Exit code 1 when one that is not on the list does not pass; --update writes the list anew.
"""
import argparse
import collections
import json
import pathlib
import re
import sys

HEADER = """\
# ONNX's own operator cases (onnx 1.23.2) that do not pass, by operator and reason.
# Written by Scripts/onnx-cases.sh --update, which also checks that no other case fails.
"""

# What a differing result means where it is the recorded one that is not the operator's.
DIFFERENCES = {
    "DFT": "the exact value is 0; recorded is the rounding noise of a transform in float32, "
    "which is above the absolute tolerance of 1e-7"
}


def statuses(path, names):
    """Per case: the worst of its results, as (status, message)."""
    found = {}
    for result in json.loads(pathlib.Path(path).read_text())["cases"]:
        name = next((part for part in result["name"].split("/") if part in names), None)
        if name and found.get(name, ("pass", ""))[0] == "pass":
            found[name] = (result["status"], result.get("message") or "")
    return found


def reason(operator, status, message, backend):
    """Why a case does not pass, in words that several cases can share."""
    if status == "fail":
        text = DIFFERENCES.get(operator, "the result differs by more than the case allows")
    elif status == "missing":
        text = "not reported"
    else:
        text = re.sub(r"\s+", " ", re.sub(r"(/[\w.+-]+)+/?", "", message)).strip() or status
        text = re.sub(r"^[\s:.,;]+", "", text)[:160]
    return text if backend is None else f"on {backend}: {text}"


def failures(results, names):
    """Per case that does not pass everywhere: the reason, with the backend where only one fails."""
    found = {}
    for name in names:
        states = {b: r.get(name, ("missing", "")) for b, r in results.items()}
        bad = [b for b, (status, _) in states.items() if status != "pass"]
        if bad:
            status, message = states[bad[0]]
            where = bad[0] if len(bad) < len(states) else None
            found[name] = reason(names[name], status, message, where)
    return found


def listed(path):
    """The names on the committed list."""
    if not path.exists():
        return set()
    return {line.strip() for line in path.read_text().splitlines() if line.startswith("  ")}


def write_list(path, failed, operators):
    """Writes the list: operator and reason, then the cases, indented."""
    groups = collections.defaultdict(list)
    for name, why in failed.items():
        groups[operators[name], why].append(name)
    lines = [HEADER + f"# {len(operators) - len(failed)} of {len(operators)} pass.\n"]
    for (operator, why), names in sorted(groups.items()):
        lines.append(f"\n{operator}: {why}\n")
        lines += [f"  {name}\n" for name in sorted(names)]
    path.write_text("".join(lines))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("cases", type=pathlib.Path)
    arguments.add_argument("list", type=pathlib.Path)
    arguments.add_argument("--update", action="store_true")
    arguments.add_argument("results", nargs="+")
    options = arguments.parse_args()

    operators = json.loads((options.cases / "operators.json").read_text())
    results = {}
    for item in options.results:
        backend, path = item.split("=", 1)
        results[backend] = statuses(path, operators)
    failed = failures(results, operators)
    if options.update:
        write_list(options.list, failed, operators)
    known = listed(options.list)
    broken = sorted(set(failed) - known)
    mended = sorted(known - set(failed))
    print(f"ONNX operator cases: {len(operators) - len(failed)} of {len(operators)} pass on "
          f"{' and '.join(results)}; {len(failed)} do not, {len(known)} of them are listed")
    for name in broken:
        print(f"no longer passes: {name}: {failed[name]}")
    if mended:
        print(f"{len(mended)} listed cases pass now; update the list: {', '.join(mended[:10])}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
