#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the tests named in test/README.md exist, and that README.md links to the page of each mode:
`check_promises.py SOURCE BUILD`.

The last cell of a table's row names what checks its promise: a Meson test or benchmark, a fuzz target, a file of
the project, a command of the project followed by names of tests, a subject of the conformance suite, or such a
subject with a colon and the names of its cases, in which an ellipsis stands for the rest.
"""

import json
import pathlib
import re
import sys


def names_in_meson(build):
    names = set()
    for kind in ("tests", "benchmarks"):
        for entry in json.loads((build / f"meson-info/intro-{kind}.json").read_text()):
            names.add(entry["name"])
            for mode in entry["suite"]:  # without the project: the subject, for the tests of a mode
                names.add(entry["name"].removesuffix("-" + mode.split(":")[-1]))
    return names


def cases_of(source, subject):
    file = subject.removesuffix("-only").replace("-", "_")
    path = source / f"test/conformance/{file}_test.cpp"
    return re.findall(r"TEST(?:_[PF])?\(\w+, (\w+)\)", path.read_text()) if path.exists() else []


def is_command(source, known, text):
    """Returns whether `VARIABLE=value tools/NAME --option TEST` can be run as written."""
    words = [word for word in text.split() if not re.fullmatch(r"[A-Z_]+=\S*", word)]
    if not words or not (source / words[0]).exists():
        return False
    return all(word.startswith("-") or word in known for word in words[1:])


def missing(source, build, table):
    """Returns what a cell names and does not exist."""
    known = names_in_meson(build)
    known |= {path.name.removesuffix("_fuzz.cpp") for path in source.glob("test/fuzz/*_fuzz.cpp")}
    for row in re.findall(r"^\| (?!---).* \| (.*) \|$", table, re.MULTILINE):
        subject = ""
        for name in re.findall(r"`([^`]+)`", row):
            pattern = name.replace("…", r"\w*")
            if re.fullmatch(r"[\w…]*[A-Z][\w…]*", name):
                found = any(re.fullmatch(pattern, case) for case in cases_of(source, subject))
            elif "/" in name:
                found = is_command(source, known, name)
            elif name.startswith("-"):
                continue  # an option of the command before it
            else:
                subject = name
                found = any(re.fullmatch(pattern, one) for one in known)
            if not found:
                yield f"{name} (of {subject})" if name != subject else name


def misrowed(source):
    """Returns what is wrong with README.md's table of modes: it needs a row for each, in the order of the program."""
    rows = re.findall(r"^\| \[`([a-z-]+)`\]\(src/modes/([a-z_]+)\.cpp\) \|", (source / "README.md").read_text(), re.M)
    table = (source / "src/modes/table.cpp").read_text()
    wanted = re.findall(r'Mode\{(?:\.name = )?"([a-z-]+)"', table)
    if rows == [(mode, mode.replace("-", "_")) for mode in wanted]:
        return ""
    return f"README.md's table links to {', '.join(mode for mode, _ in rows)}; the modes are {', '.join(wanted)}"


def main():
    source, build = map(pathlib.Path, sys.argv[1:])
    table = (source / "test/README.md").read_text()
    commands = table.index("## The commands")
    gone = list(missing(source, build, table[:commands]))
    for name in gone:
        print(f"test/README.md names what is not there: {name}")
    rows = misrowed(source)
    if rows:
        print(rows)
    return 1 if gone or rows else 0


if __name__ == "__main__":
    sys.exit(main())
