#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks with readelf that a program is hardened as a release must be: `check_hardening.py PROGRAM [BUILD]`.

Prints one line for each flaw, and then exits with 1. Skips any other BUILD than `release` with exit code 77.
"""

import re
import subprocess
import sys


def segment(elf, name):
    """Returns the flags of a program header, None without it."""
    found = re.search(rf"^\s*{name}\s+(?:0x\w+\s+){{5}}(.{{3}})", elf, re.MULTILINE)
    return found and found[1]


def flaws(elf):
    """Returns what is wrong, from the output of `readelf -W -h -l -d --dyn-syms`."""
    if not re.search(r"Type:\s+DYN", elf) or segment(elf, "INTERP") is None:
        yield "not position-independent (PIE)"
    if segment(elf, "GNU_RELRO") is None:
        yield "relocations stay writable (no RELRO)"
    if not re.search(r"\(FLAGS(_1)?\).*\bNOW\b", elf) and "BIND_NOW" not in elf:
        yield "symbols are bound late, so the table of addresses stays writable (no BIND_NOW)"
    if "E" in (segment(elf, "GNU_STACK") or "E"):
        yield "the stack is executable"
    if re.search(r"^\s*LOAD\s.*\sRWE\s", elf, re.MULTILINE):
        yield "a segment is writable and executable"
    if "__stack_chk_fail" not in elf:
        yield "no stack protector"
    if not re.search(r"\b__(?!stack)\w+_chk@", elf):
        yield "not fortified (no call of a checked libc function)"
    if re.search(r"\((RPATH|RUNPATH|TEXTREL)\)", elf):
        yield "a search path or a relocation in the code (RPATH, RUNPATH, TEXTREL)"


def main():
    program, build = [*sys.argv[1:], "release"][:2]
    if build != "release":
        print(f"only a release is hardened; this build is {build}")
        return 77
    readelf = ["readelf", "-W", "-h", "-l", "-d", "--dyn-syms", program]
    found = list(flaws(subprocess.run(readelf, check=True, capture_output=True, text=True).stdout))
    for flaw in found:
        print(f"{program}: {flaw}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
