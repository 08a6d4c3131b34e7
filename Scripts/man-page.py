#!/usr/bin/env python3
"""Writes Docs/lamina.1, the man page, from what the program says of its own command line.

    man-page.py LAMINA            writes the page; LAMINA is the program
    man-page.py LAMINA --check    exit code 1 when the page is not current

Options that at least three subcommands share are described once.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

TARGET = pathlib.Path(__file__).resolve().parent.parent / "Docs/lamina.1"
SHARED_BY = 3
FILES = """\
.SH FILES
.TP
\\fIMODEL.labels.txt\\fR, \\fIlabels.txt\\fR, \\fIclasses.txt\\fR, \\fIsynset.txt\\fR
Class names beside a model, one a line, where the model has none inside.
.TP
\\fItest_data_set_*/\\fR, \\fItolerance.json\\fR
Recorded inputs and outputs beside a model, which \\fBlamina verify\\fR runs and compares.
.SH ENVIRONMENT
.TP
.B NO_COLOR
Where it is set and not empty, nothing is coloured.
.TP
.B TERM, COLORTERM
What the terminal can do.
"""


def escaped(text):
    """`text` as roff shows it unchanged."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def paragraphs(text):
    """`text` with its empty lines as roff paragraphs."""
    blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n", text.strip())]
    return "\n.PP\n".join(escaped(block) for block in blocks)


def spelling(argument):
    """How an argument is written: its names, and the name of its value."""
    value = argument.get("valueName", "")
    if argument["kind"] == "positional":
        repeated = " ..." if argument["isRepeating"] else ""
        return f"\\fI{escaped(value.upper())}\\fR{repeated}"
    names = []
    for name in argument["names"]:
        dashes = "--" if name["kind"] == "long" else "-"
        names.append(f"\\fB{escaped(dashes + name['name'])}\\fR")
    tail = "" if argument["kind"] == "flag" else f" \\fI{escaped(value)}\\fR"
    return ", ".join(names) + tail


def described(argument):
    """The entry of one argument."""
    text = argument.get("abstract", "")
    choices = argument.get("allValueStrings") or argument.get("allValues")
    if choices:
        text += f" One of {', '.join(choices)}."
    if argument.get("defaultValue") and "default" not in text:
        text += f" Default: {argument['defaultValue']}."
    return f".TP\n{spelling(argument)}\n{escaped(' '.join(text.split()))}\n"


def shown(command):
    """The arguments of a command that help lists, without help itself."""
    return [a for a in command.get("arguments", [])
            if a.get("shouldDisplay", True) and a.get("valueName") not in ("help", "version")]


def section(command, shared):
    """The part of the page about one subcommand."""
    arguments = shown(command)
    usage = " ".join(spelling(a) for a in arguments if a["kind"] == "positional")
    parts = [f".SS lamina {command['commandName']} [\\fIoptions\\fR] {usage}\n",
             paragraphs(command.get("abstract", "")) + "\n"]
    if command.get("discussion"):
        parts.append(".PP\n" + paragraphs(command["discussion"]) + "\n")
    own = [a for a in arguments if json.dumps(a) not in shared]
    parts += [described(a) for a in own]
    common = [spelling(a).split(" ")[0] for a in arguments if json.dumps(a) in shared]
    if common:
        parts.append(".PP\nTakes also " + ", ".join(common) + ".\n")
    return "".join(parts)


def page(root):
    """The whole man page."""
    commands = [c for c in root["subcommands"]
                if c["commandName"] != "help" and c.get("shouldDisplay", True)]
    counts = collections.Counter(json.dumps(a) for c in commands for a in shown(c))
    shared = [text for text, count in counts.items() if count >= SHARED_BY]
    name = root["commandName"]
    return "".join([
        f'.TH {name.upper()} 1 "" "{name}" "User commands"\n',
        f".SH NAME\n{name} \\- {escaped(root['abstract'][0].lower() + root['abstract'][1:].rstrip('.'))}\n",
        f".SH SYNOPSIS\n.B {name}\n[\\fIMODEL\\fR] [\\fIIMAGE\\fR ...]\n.br\n",
        f".B {name}\n\\fISUBCOMMAND\\fR [\\fIoptions\\fR] ...\n",
        ".SH DESCRIPTION\n" + paragraphs(root.get("discussion", "")) + "\n",
        ".SH SUBCOMMANDS\n", *(section(c, shared) for c in commands),
        ".SH COMMON OPTIONS\n", *(described(json.loads(text)) for text in shared),
        FILES,
    ])


def main(program, check):
    dump = subprocess.run([program, "--experimental-dump-help"], capture_output=True, check=True)
    text = page(json.loads(dump.stdout)["command"])
    if not check:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        print("Docs/lamina.1 is not current: run Scripts/man-page.py .build/release/lamina")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--check" in sys.argv[2:]))
