#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the structure of the source tree (docs/architecture.md) and prints each violation as file:line: reason.

    check_layers.py ROOT [RULE...]

With no rule it checks all. Exit codes: 0 no violation, 1 some, 2 bad usage or nothing to check.
"""

import pathlib
import re
import sys

SOURCE_SUFFIXES = {".hpp", ".cpp", ".h", ".cc"}

# Imports point down: a room may include itself and those listed.
ALLOWED_LAYERS = {
    "include": {"include"},
    "base": {"base", "include"},
    "http": {"http", "base", "include"},
    "app": {"app", "http", "base", "include"},
    "server": {"server", "app", "http", "base", "include"},
    "blocking": {"blocking", "server", "http", "base", "include"},
    "event": {"event", "server", "http", "base", "include"},
    "prefork": {"prefork", "server", "base", "include"},
    "modes": {"modes", "blocking", "event", "server", "base", "include"},
    "flags": {"flags", "base", "include"},
    "cli": {"cli", "modes", "flags", "app", "http", "base", "include"},
    "measure": {"measure", "app", "http", "base", "include"},
    "load": {"load", "measure", "flags", "base", "include"},
}
PURE_LAYERS = ("include", "http", "app", "measure")

# What a pure layer may not even include: sockets, threads, processes, clocks, terminals.
IMPURE_INCLUDES = re.compile(
    r"^(uv\.h|uv/.*|sys/.*|netinet/.*|netdb\.h|arpa/.*|net/.*|linux/.*|unistd\.h|fcntl\.h|poll\.h|"
    r"signal\.h|pthread\.h|sched\.h|semaphore\.h|time\.h|ctime|liburing\.h|"
    r"thread|mutex|shared_mutex|condition_variable|atomic|future|semaphore|barrier|latch|stop_token|"
    r"iostream|fstream|filesystem|spdlog/.*|CLI/.*|boost/.*)$"
)
# ... and not call: <chrono> is allowed for durations, but not its clocks.
IMPURE_NAMES = re.compile(
    r"\b(?:steady_clock|system_clock|high_resolution_clock|clock_gettime|gettimeofday|nanosleep|usleep|sleep_for|"
    r"sleep_until|this_thread|jthread|pthread_\w+|socket|recv|accept|epoll_\w+|uv_\w+)\b|"
    r"(?<![\w.>:])(?:std::|::)?(?:time|poll|select|fork)\s*\(|"
    r"(?<![\w.>:])(?:std::|::)?clock\s*\(\s*\)"
)
# Modes are ways of waiting: no protocol, no limit, no format.
MODES_FORBIDDEN = re.compile(
    r"llhttp|content[-_]?length|HTTP/1|http_connection|transfer[-_]?encoding|\b(?:GET|POST) /", re.IGNORECASE
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def sources(root, *layers):
    """Every source file of `layers` with its layer's name."""
    for layer in layers:
        folder = root / "include" if layer == "include" else root / "src" / layer
        for path in sorted(folder.rglob("*")):
            if path.suffix in SOURCE_SUFFIXES:
                yield layer, path


def code_lines(path, *, with_strings):
    """(number, line) without comments, and without the contents of string literals unless asked for."""
    in_comment = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if in_comment:
            _, end, line = line.partition("*/")
            in_comment = not end
        if not with_strings and not INCLUDE.match(line):
            line = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)
        line = re.sub(r"/\*.*?\*/", " ", line)
        line, start, _ = line.partition("/*")
        in_comment = in_comment or bool(start)
        yield number, re.sub(r"//.*", "", line)


def includes(path):
    """(number, is_quoted, name) of each include."""
    for number, line in code_lines(path, with_strings=True):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1] == '"', match[2]


def layer_of(root, path, name):
    """The layer that an include of `name` in `path` leads to; None when it leaves the tree."""
    if name.startswith("majuscule/"):
        return "include"
    for base in (root / "src", path.parent):
        target = base / name
        if target.is_file():
            parts = target.resolve().relative_to((root / "src").resolve()).parts
            return parts[0] if len(parts) > 1 else None
    return None


def impure_below(root, name):
    """Returns what is impure in the header `name` or in one that it includes; None: nothing."""
    path = root / "src" / name
    if not path.is_file():
        return None
    for _, is_quoted, below in includes(path):
        if IMPURE_INCLUDES.match(below) and not is_quoted:
            return f"{below} (by {name})"
        if is_quoted and (found := impure_below(root, below)):
            return found
    return None


def check_direction(root):
    """Imports point down, as docs/architecture.md draws them."""
    for layer, path in sources(root, *ALLOWED_LAYERS):
        for number, _, name in includes(path):
            target = layer_of(root, path, name)
            if target is not None and target not in ALLOWED_LAYERS[layer]:
                yield path, number, f"{layer} must not include {target} ({name})"


def check_pure(root):
    """src/http, src/app, src/measure and the public headers have no sockets, threads or clocks."""
    for layer, path in sources(root, *PURE_LAYERS):
        for number, is_quoted, name in includes(path):
            impure = name if not is_quoted and IMPURE_INCLUDES.match(name) else impure_below(root, name)
            if impure:
                yield path, number, f"{layer} must not include {impure}"
        for number, line in code_lines(path, with_strings=False):
            match = IMPURE_NAMES.search(line)
            if match and not INCLUDE.match(line):
                yield path, number, f"{layer} must not name {match[0].strip()}"


def check_library(root, library, header, *layers):
    """`library` is included by exactly one .cpp file of each of `layers`, and by no other."""
    found = [(layer, path, number) for layer, path in sources(root, *ALLOWED_LAYERS)
             for number, _, name in includes(path) if re.search(header, name)]
    for layer in layers:
        if not any(layer == its_layer for its_layer, _, _ in found):
            yield root / "src" / layer, 0, f"no file includes {library}"
    for layer, path, number in found:
        files = {other for its_layer, other, _ in found if its_layer == layer}
        if layer not in layers or len(files) > 1 or path.suffix != ".cpp":
            yield path, number, f"exactly one .cpp file includes {library}, in {' and '.join(layers)}"


def check_llhttp(root):
    """Only the parsers of the server and of the load client use llhttp."""
    return check_library(root, "llhttp.h", r"(^|/)llhttp\.h$", "http", "measure")


def check_cli11(root):
    """Only the parser of flags uses CLI11."""
    return check_library(root, "CLI11", r"^CLI/", "flags")


def check_modes(root):
    """src/modes names nothing of HTTP."""
    for _, path in sources(root, "modes"):
        for number, line in code_lines(path, with_strings=True):
            match = MODES_FORBIDDEN.search(line)
            if match:
                yield path, number, f"a mode must not know of HTTP: {match[0]}"


RULES = {"direction": check_direction, "pure": check_pure, "llhttp": check_llhttp, "cli11": check_cli11,
         "modes": check_modes}


def main(arguments):
    if not arguments or not set(arguments[1:]) <= set(RULES):
        print(f"usage: check_layers.py ROOT [{'|'.join(RULES)}]...", file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[0])
    for layer in ALLOWED_LAYERS:
        if not any(sources(root, layer)):
            print(f"{root}: the layer {layer} has no source file: nothing to check", file=sys.stderr)
            return 2
    violations = [violation for rule in arguments[1:] or RULES for violation in RULES[rule](root)]
    for path, number, reason in violations:
        print(f"{path}:{number}: {reason}")
    print(f"{len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
