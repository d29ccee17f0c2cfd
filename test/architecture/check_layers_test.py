#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that check_layers.py finds violations: each rule is broken in a small tree."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # nothing is written into the source tree
import check_layers

GOOD = {
    "include/majuscule/mode.hpp": "#pragma once\n#include <chrono>\n",
    "src/base/units.hpp": "#include <chrono>\n",
    "src/base/thread.hpp": "#include <thread>\n",
    "src/base/wrapper.hpp": '#include "base/thread.hpp"\n',
    "src/http/parser.hpp": '#include "base/units.hpp"\n// steady_clock::now() is only talked about\n',
    "src/http/parser.cpp": '#include "http/parser.hpp"\n#include <llhttp.h>\nauto t = "time(";\n',
    "src/app/service.hpp": '#include "http/parser.hpp"\n',
    "src/server/socket.hpp": '#include <sys/socket.h>\n#include "http/parser.hpp"\n#include "base/thread.hpp"\n',
    "src/blocking/driver.hpp": '#include "server/socket.hpp"\n',
    "src/event/driver.hpp": '#include "server/socket.hpp"\n',
    "src/event/uv/poller.hpp": '#include "event/driver.hpp"\n#include <uv.h>\n',
    "src/prefork/master.hpp": '#include "server/socket.hpp"\n',
    "src/modes/epoll.cpp": '#include <uv.h>\n#include "event/uv/poller.hpp"\n// serves HTTP/1.1\n',
    "src/cli/main.cpp": '#include "modes/epoll.hpp"\n#include "majuscule/mode.hpp"\n',
    "src/cli/line.cpp": '#include "flags/flags.hpp"\n',
    "src/flags/flags.hpp": '#include "base/units.hpp"\n',
    "src/flags/flags.cpp": '#include "flags/flags.hpp"\n#include <CLI/CLI.hpp>\n',
    "src/measure/plan.hpp": '#include "app/service.hpp"\n',
    "src/measure/answers.cpp": '#include "measure/plan.hpp"\n#include <llhttp.h>\n#include <random>\n',
    "src/load/client.hpp": '#include <sys/epoll.h>\n#include "measure/plan.hpp"\n#include "base/thread.hpp"\n',
    "src/load/main.cpp": '#include "load/client.hpp"\n#include "flags/flags.hpp"\n',
}


class CheckLayers(unittest.TestCase):
    def run_on(self, changes, *rules):
        """The exit code and the output for the good tree with `changes`: path to text, None to leave out."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**GOOD, **changes}.items():
                if text is not None:
                    path = pathlib.Path(folder, name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text, encoding="utf-8")
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                code = check_layers.main([folder, *rules])
            return code, output.getvalue()

    def assert_finds(self, name, text, rule):
        code, output = self.run_on({name: GOOD.get(name, "") + text}, rule)
        self.assertEqual(code, 1, output)
        self.assertIn(pathlib.Path(name).name + ":", output)

    def test_good_tree_has_no_violation(self):
        self.assertEqual(self.run_on({}), (0, "0 violations\n"))

    def test_include_against_the_direction(self):
        for name, upwards in (
            ("src/http/parser.cpp", "server/socket.hpp"),
            ("src/http/parser.cpp", "../server/socket.hpp"),
            ("src/http/parser.cpp", "measure/plan.hpp"),
            ("src/base/thread.hpp", "http/parser.hpp"),
            ("src/server/socket.hpp", "modes/epoll.cpp"),
            ("src/server/socket.hpp", "event/driver.hpp"),
            ("src/event/uv/poller.hpp", "blocking/driver.hpp"),
            ("src/event/uv/poller.hpp", "../../blocking/driver.hpp"),
            ("src/blocking/driver.hpp", "event/driver.hpp"),
            ("src/blocking/driver.hpp", "prefork/master.hpp"),
            ("src/prefork/master.hpp", "event/driver.hpp"),
            ("include/majuscule/mode.hpp", "http/parser.hpp"),
            ("src/modes/epoll.cpp", "cli/main.cpp"),
            ("src/modes/epoll.cpp", "http/parser.hpp"),
            ("src/flags/flags.cpp", "server/socket.hpp"),
        ):
            with self.subTest(name=name, upwards=upwards):
                self.assert_finds(name, f'#include "{upwards}"\n', "direction")

    def test_server_and_load_client_that_include_each_other(self):
        self.assert_finds("src/load/client.hpp", '#include "modes/epoll.cpp"\n', "direction")
        self.assert_finds("src/load/main.cpp", '#include "cli/main.cpp"\n', "direction")
        self.assert_finds("src/measure/plan.hpp", '#include "server/socket.hpp"\n', "direction")
        self.assert_finds("src/measure/plan.hpp", '#include "flags/flags.hpp"\n', "direction")
        self.assert_finds("src/measure/plan.hpp", '#include "../load/client.hpp"\n', "direction")
        self.assert_finds("src/modes/epoll.cpp", '#include "flags/flags.hpp"\n', "direction")
        self.assert_finds("src/cli/main.cpp", '#include "load/client.hpp"\n', "direction")
        self.assert_finds("src/server/socket.hpp", '#include "measure/plan.hpp"\n', "direction")

    def test_sockets_threads_and_clocks_in_pure_layers(self):
        for text in ("#include <uv.h>\n", "#include <sys/socket.h>\n", "#include <thread>\n",
                     "#  include <mutex>\n", "#include <unistd.h>\n", "#include <ctime>\n",
                     "auto t = std::chrono::steady_clock::now();\n",
                     "auto t = std::chrono::system_clock::now();\n", "clock_gettime(CLOCK_MONOTONIC, &t);\n",
                     "auto t = time(nullptr);\n", "auto t = std::time(0);\n", "std::this_thread::yield();\n"):
            with self.subTest(text):
                self.assert_finds("src/http/parser.cpp", text, "pure")
                self.assert_finds("src/measure/plan.hpp", text, "pure")
                self.assert_finds("include/majuscule/mode.hpp", text, "pure")

    def test_threads_behind_a_header_of_base(self):
        self.assert_finds("src/http/parser.hpp", '#include "base/wrapper.hpp"\n', "pure")
        self.assert_finds("src/measure/plan.hpp", '#include "base/thread.hpp"\n', "pure")

    def test_similar_names_are_allowed(self):
        text = "auto a = now.time(); int header_time(int); start_time(1); /* time( */ auto b = x->time();\n" \
               "const hh_mm_ss clock(time - day_start);\n"
        self.assertEqual(self.run_on({"src/http/other.cpp": text}), (0, "0 violations\n"))

    def assert_misses(self, name, rule, library):
        code, output = self.run_on({name: "int x;\n"}, rule)
        self.assertEqual(code, 1)
        self.assertIn(f"no file includes {library}", output)

    def test_llhttp_in_two_files_in_none_or_elsewhere(self):
        self.assert_finds("src/http/other.cpp", "#include <llhttp.h>\n", "llhttp")
        self.assert_finds("src/measure/other.cpp", "#include <llhttp.h>\n", "llhttp")
        self.assert_finds("src/measure/plan.hpp", "#include <llhttp.h>\n", "llhttp")
        self.assert_finds("src/server/socket.hpp", '#include "llhttp.h"\n', "llhttp")
        self.assert_finds("src/load/client.hpp", "#include <llhttp.h>\n", "llhttp")
        self.assert_misses("src/http/parser.cpp", "llhttp", "llhttp.h")
        self.assert_misses("src/measure/answers.cpp", "llhttp", "llhttp.h")

    def test_cli11_in_two_files_in_none_or_elsewhere(self):
        self.assert_finds("src/flags/other.cpp", "#include <CLI/App.hpp>\n", "cli11")
        self.assert_finds("src/flags/flags.hpp", "#include <CLI/CLI.hpp>\n", "cli11")
        self.assert_finds("src/cli/main.cpp", "#include <CLI/CLI.hpp>\n", "cli11")
        self.assert_finds("src/load/main.cpp", '#include "CLI/CLI.hpp"\n', "cli11")
        self.assert_misses("src/flags/flags.cpp", "cli11", "CLI11")

    def test_http_in_a_mode(self):
        for text in ("#include <llhttp.h>\n", '#include "http/http_connection.hpp"\n',
                     'auto a = "HTTP/1.1 200 OK";\n', 'auto a = "Content-Length: 0";\n', 'auto a = "GET / ";\n'):
            with self.subTest(text):
                self.assert_finds("src/modes/epoll.cpp", text, "modes")

    def test_empty_layer_is_an_error(self):
        code, output = self.run_on({"src/modes/epoll.cpp": None})
        self.assertEqual(code, 2)
        self.assertIn("nothing to check", output)

    def test_unknown_rule_is_bad_usage(self):
        self.assertEqual(self.run_on({}, "nonsense")[0], 2)


if __name__ == "__main__":
    unittest.main()
