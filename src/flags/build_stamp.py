#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the source of build_stamp(): `build_stamp.py ROOT OUTPUT OPTIONS INPUT...`.

The time is that of the first build that found an input newer than what was written before, or another commit or
other options; a build that changes nothing writes nothing, so that nothing is linked anew. With SOURCE_DATE_EPOCH
it is that time, in UTC.
"""

import os
import subprocess
import sys
import time

UNKNOWN = "unknown"


def git(root, *arguments):
    """What it prints; None when it cannot say. The checkout of another user is read as well; nothing is written."""
    settings = ["-c", "safe.directory=" + root, "-c", "core.fsmonitor=false", "--no-optional-locks"]
    hidden = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR")  # of a hook that builds
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    try:
        done = subprocess.run(
            ["git", *settings, "-C", root, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, check=False,
        )
    except OSError:
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None


def commit(root):
    """Of the repository whose top this is: that of a folder around an unpacked archive says nothing of it."""
    top = git(root, "rev-parse", "--show-toplevel")
    if not top or os.path.realpath(top) != os.path.realpath(root):
        return UNKNOWN
    name = git(root, "rev-parse", "--short=12", "HEAD")
    changed = git(root, "status", "--porcelain", "--untracked-files=no")
    return UNKNOWN if not name else name + ("-dirty" if changed else "")


def now():
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdecimal():
        return time.strftime("%Y-%m-%d %H:%M:%S +0000", time.gmtime(int(epoch)))
    return time.strftime("%Y-%m-%d %H:%M:%S %z")


def quoted(text):
    """As a C string in ASCII: whatever a compiler option may hold."""
    return "".join(
        c if c.isascii() and c.isprintable() and c not in '"\\?' else "".join(f"\\{byte:03o}" for byte in c.encode())
        for c in text
    )


def source(commit_name, options, when):
    # The time is the last line, so that all before it can be compared.
    return (
        "// Written by the build; see src/flags/build_stamp.py.\n"
        '#include "flags/build_stamp.hpp"\n'
        "namespace majuscule {\n"
        "const char* build_stamp() noexcept {\n"
        f'  return "commit {quoted(commit_name)}\\n"\n'
        '         "built " MAJUSCULE_BUILT "\\n"\n'
        f'         "options {quoted(options)}\\n";\n'
        "}\n"
        "}  // namespace majuscule\n"
    ).replace("MAJUSCULE_BUILT", f'"{quoted(when)}"')


def main():
    root, output, options, *inputs = sys.argv[1:]
    name = commit(root)
    try:
        with open(output, encoding="ascii") as file:
            before = file.read()
        written = os.stat(output).st_mtime_ns
    except OSError:
        before, written = "", 0
    newer = any(os.stat(one).st_mtime_ns > written for one in inputs)
    lines = source(name, options, now()).splitlines()
    same = [line for line in before.splitlines() if not line.lstrip().startswith('"built ')] == [
        line for line in lines if not line.lstrip().startswith('"built ')
    ]
    if (same and not newer) or lines == before.splitlines():
        return
    with open(output, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
