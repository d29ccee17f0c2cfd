#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that check_hardening.py finds flaws: a program is built without each protection in turn.

Called with the compiler's command.
"""

import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing is written into the source tree
CHECK = pathlib.Path(__file__).with_name("check_hardening.py")

SOURCE = """
#include <cstdio>
#include <cstring>
int main(int count, char** words) {
  char text[16];
  std::strcpy(text, words[count - 1]);
  return std::printf("%s", text);
}
"""
GOOD = (
    "-O2 -fPIE -pie -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"
    " -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack"
)
CASES = {
    "": None,
    "-fno-PIE -no-pie": "PIE",
    "-Wl,-z,norelro": "no RELRO",
    "-Wl,-z,lazy": "BIND_NOW",
    "-Wl,-z,execstack": "stack is executable",
    "-fno-stack-protector": "no stack protector",
    "-U_FORTIFY_SOURCE": "not fortified",
    "-Wl,-rpath,/tmp": "RUNPATH",
}


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "program.cpp")
        source.write_text(SOURCE)
        program = str(source.with_suffix(""))
        for flags, expected in CASES.items():
            command = [*sys.argv[1:], *GOOD.split(), *flags.split(), str(source), "-o", program]
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
            run = subprocess.run([sys.executable, CHECK, program], capture_output=True, text=True)
            right = run.returncode == 0 if expected is None else run.returncode == 1 and expected in run.stdout
            if not right or run.stdout.count("\n") > 1:
                failed += 1
                print(f"with '{flags}': expected {expected}, got: {run.stdout}{run.stderr}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
