#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that check_precompiled.py finds missing includes, in a small tree with the commands of a build."""

from __future__ import annotations

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # nothing is written into the source tree
import check_precompiled

HEADER = "// Why.\n#include <gtest/gtest.h>\n\n#include \"support/server.hpp\"\n"
GCC = "c++ -O1 -fpch-preprocess -include box.hpp -Wall -o a.o -c ../test/a_test.cpp"
CLANG = "clang++ -O1 -include-pch test/box.p/box.hpp.pch -Wall -o a.o -c ../test/a_test.cpp"


class CheckPrecompiled(unittest.TestCase):
    def run_on(self, source: str, header: str = HEADER, command: str = GCC, at: str = "test/pch/box.hpp"):
        """The exit code and the output for one source, compiled by `command`."""
        with tempfile.TemporaryDirectory() as folder:
            root, build = pathlib.Path(folder), pathlib.Path(folder) / "build"
            for path in (root / "test/pch", root / "src", build):
                path.mkdir(parents=True)
            (root / at).write_text(header)
            (root / "test/a_test.cpp").write_text(source)
            commands = [{"directory": str(build), "file": "../test/a_test.cpp", "command": command}]
            (build / "compile_commands.json").write_text(json.dumps(commands))
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                code = check_precompiled.main([str(root), str(build)])
            return code, output.getvalue()

    def test_a_source_that_includes_everything_passes(self):
        for command in (GCC, CLANG):
            self.assertEqual(self.run_on(HEADER, command=command),
                             (0, "1 sources include what is precompiled for them\n"))

    def test_a_source_that_lacks_an_include_is_named_with_it(self):
        for command in (GCC, CLANG):
            code, output = self.run_on("#include <gtest/gtest.h>\n", command=command)
            self.assertEqual(code, 1)
            self.assertIn('a_test.cpp: does not include "support/server.hpp" itself', output)

    def test_sources_compiled_together_are_checked_separately(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / "box-unity0.cpp"
            unit.write_text("#include<../test/a_test.cpp>\n#include<../test/b_test.cpp>\n")
            names = [path.name for path in check_precompiled.sources_of(unit)]
        self.assertEqual(names, ["a_test.cpp", "b_test.cpp"])

    def test_a_source_without_precompiled_header_may_lack_it(self):
        self.assertEqual(self.run_on("", command="c++ -c ../test/a_test.cpp")[0], 0)

    def test_a_header_with_code_fails(self):
        for code in ("#define BOX\n", "using namespace std;\n", "int box;\n"):
            self.assertEqual(self.run_on(HEADER, header=HEADER + code)[0], 1)

    def test_a_header_elsewhere_fails(self):
        self.assertEqual(self.run_on(HEADER, at="test/box.hpp")[0], 1)


if __name__ == "__main__":
    unittest.main()
