#!/usr/bin/env python3
"""Records what TensorFlow Lite makes of every builtin operator that its interpreter runs.

    write-tflite-cases.py ARCHIVE.tar.xz [--refused FILE]

The archive has CASE/model.tflite, tolerance.json and test_data_set_0/{input,output}_<j>.npy, as
`lamina verify` reads them, and operators.json: the operator of each case. --refused writes what
was left out, and why: mostly what TensorFlow Lite does not run.
"""
import argparse
import json
import pathlib
import tarfile
import tempfile
import warnings

warnings.filterwarnings("ignore")

import tflite_case  # noqa: E402
import tflite_cases_elements  # noqa: E402
import tflite_cases_graphs  # noqa: E402
import tflite_cases_layers  # noqa: E402
import tflite_cases_tensors  # noqa: E402


def pack(folder, archive):
    """Writes an archive that is the same whenever its contents are."""
    def plain(entry):
        entry.mtime = entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    with tarfile.open(archive, "w:xz", preset=9) as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                target.add(path, path.relative_to(folder), filter=plain)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("archive", type=pathlib.Path)
    arguments.add_argument("--refused", type=pathlib.Path)
    chosen = arguments.parse_args()
    for table in (tflite_cases_elements, tflite_cases_tensors, tflite_cases_layers,
                  tflite_cases_graphs):
        table.add()
    operators, refused = {}, []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for item in tflite_case.CASES:
            name = item["name"].replace(" ", "_")
            if name in operators:
                raise ValueError(f"two cases are called {name}")
            problem = tflite_case.LEFT_OUT.get(item["name"]) \
                or tflite_case.record_safely(dict(item, name=name), folder)
            if problem:
                refused.append(f"{name}: {problem}\n")
            else:
                operators[name] = item["op"]
        (folder / "operators.json").write_text(json.dumps(operators, indent=0, sort_keys=True))
        pack(folder, chosen.archive)
    if chosen.refused:
        chosen.refused.write_text("".join(refused))
    print(len(operators), "cases of", len(set(operators.values())), "operators;", len(refused),
          "variants are left out")


if __name__ == "__main__":
    main()
