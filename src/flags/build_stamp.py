#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the source of build_stamp(): `build_stamp.py ROOT OUTPUT OPTIONS INPUT...`.

The file is written when an input is newer than it, or when the commit or the options have changed, and its time is
the time of that build. Otherwise nothing is written, so that nothing is linked again. With SOURCE_DATE_EPOCH the time
is that one, in UTC.
"""

import os
import subprocess
import sys
import time

UNKNOWN = "unknown"


def git(root, *arguments):
    """Returns git's output; None when it fails. Also reads the checkout of another user; writes nothing."""
    settings = ["-c", "safe.directory=" + root, "-c", "core.fsmonitor=false", "--no-optional-locks"]
    hidden = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR")  # set while a git hook builds
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
    """Returns the commit if `root` is the top of a repository. One further up says nothing about an archive."""
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
    """Quotes any text as a C string in ASCII."""
    return "".join(
        c if c.isascii() and c.isprintable() and c not in '"\\?' else "".join(f"\\{byte:03o}" for byte in c.encode())
        for c in text
    )


def source(commit_name, options, when):
    # The time is the last line, so that all lines before it can be compared.
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
