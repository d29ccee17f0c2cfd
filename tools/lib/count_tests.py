# SPDX-License-Identifier: MIT
"""Counts the test cases of the last `meson test` in a build directory: `count_tests.py BUILD MESON-STATUS`.

Meson counts programs and its JUnit log takes a timeout or a crash after the last case for a pass. So: each
case of a GoogleTest report, of a TAP stream or of a verbose unittest counts, any other test is one case, and
a test that Meson calls failed has at least one failed case. Report files of sanitizers fail the run too.
"""

import collections
import glob
import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

TAP_LINE = re.compile(r"(not )?ok\b\s*\d*\s*-?\s*([^#]*)(?:#\s*(skip|todo)\S*\s*(.*))?", re.IGNORECASE)


UNITTEST_LINE = re.compile(
    r"(\w+) .*\.\.\. (?:ok|expected failure|(FAIL|ERROR|unexpected success)|skipped (.*))"
)
UNITTEST_END = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)

Counts = collections.namedtuple("Counts", "passed failed skipped")


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def counts(self):
        return Counts(self.passed, len(self.failed), len(self.skipped))

    def add(self, name, failure=None, skip=None):
        if failure is not None:
            self.failed.append((name, failure))
        elif skip is not None:
            self.skipped.append((name, skip))
        else:
            self.passed += 1


def first_line(text):
    return next((line.strip() for line in (text or "").splitlines() if line.strip()), "")


def last_line(text):
    return first_line("\n".join(reversed((text or "").splitlines())))


def gtest_failure(element):
    """The message without its location, which GoogleTest puts on the first line."""
    lines = [line.strip() for line in (element.get("message") or element.text or "").splitlines()]
    return " | ".join(line for line in lines[:6] if line)


def count_gtest(tally, name, report):
    for case in ElementTree.parse(report).iter("testcase"):
        case_name = f"{name}: {case.get('classname')}.{case.get('name')}"
        failures = case.findall("failure") + case.findall("error")
        skips = case.findall("skipped")
        if failures:
            tally.add(case_name, failure=gtest_failure(failures[0]))
        elif skips:
            reason = last_line(skips[0].get("message") or skips[0].text)
            tally.add(case_name, skip=reason or "no reason given")
        elif case.get("status") == "notrun":
            tally.add(case_name, skip="disabled")
        else:
            tally.add(case_name)


def count_tap(tally, name, output):
    for line in output.splitlines():
        match = TAP_LINE.fullmatch(line.strip())
        if match is None:
            continue
        bad, description, directive, reason = match.groups()
        case_name = f"{name}: {(description or '').strip() or 'case'}"
        if directive and directive.lower() == "skip":
            tally.add(case_name, skip=reason or "no reason given")
        elif bad and not directive:
            tally.add(case_name, failure="not ok")
        else:
            tally.add(case_name)


def count_unittest(tally, name, output):
    """Whether the output was that of a verbose unittest, and so has been counted."""
    end = UNITTEST_END.search(output)
    cases = [match for match in map(UNITTEST_LINE.fullmatch, output.splitlines()) if match]
    if end is None or int(end.group(1)) != len(cases):
        return False
    for case in cases:
        description, failure, skip = case.groups()
        tally.add(f"{name}: {description}", failure=failure, skip=skip)
    return True


def count_test(tally, build, test, log):
    """One test of Meson's, which may be many cases."""
    name = test["name"]
    result = log["result"]
    before = tally.counts()

    if test["protocol"] == "gtest":
        report = os.path.join(test["workdir"] or build, name + ".xml")
        if os.path.exists(report):
            count_gtest(tally, name, report)
    elif test["protocol"] == "tap":
        count_tap(tally, name, log.get("stdout", ""))
    elif not count_unittest(tally, name, log.get("stderr", "")) and result in ("OK", "EXPECTEDFAIL"):
        tally.add(name)

    # What the cases do not show.
    if result == "SKIP":
        if tally.counts().skipped == before.skipped:
            reason = last_line(log.get("stdout")) or last_line(log.get("stderr"))
            tally.add(name, skip=reason or "no reason given")
    elif result not in ("OK", "EXPECTEDFAIL"):
        if tally.counts().failed == before.failed:
            tally.add(name, failure=f"{result}, exit status {log.get('returncode')}")
    elif tally.counts() == before:
        tally.add(name, failure="ran no case, or left no report of them")


def find_test(tests, log_name):
    """The log's names are decorated with project and suites, each version of Meson in its own way."""
    candidates = [
        test
        for test in tests
        if log_name == test["name"] or re.search(r"[ :/]" + re.escape(test["name"]) + "$", log_name)
    ]
    return max(candidates, key=lambda test: len(test["name"]), default=None)


def main():
    build, meson_status = sys.argv[1], int(sys.argv[2])
    logs = os.path.join(build, "meson-logs")
    tally = Tally()

    with open(os.path.join(build, "meson-info", "intro-tests.json"), encoding="utf-8") as file:
        tests = json.load(file)
    for log_file in glob.glob(os.path.join(glob.escape(logs), "testlog*.json")):  # a wrapper is in its name
        with open(log_file, encoding="utf-8") as file:
            for line in file:
                log = json.loads(line)
                test = find_test(tests, log["name"])
                if test is None:
                    tally.add(log["name"], failure="in the log of the run, but not among the tests")
                else:
                    count_test(tally, build, test, log)

    for file_name in sorted(os.listdir(logs)):
        if file_name.startswith("sanitizer."):
            with open(os.path.join(logs, file_name), encoding="utf-8", errors="replace") as file:
                report = file.read()
            print(f"\n{file_name}:\n{report}")
            tally.add(file_name, failure=first_line(report.replace("=", "")))

    if not tally.failed and meson_status != 0:
        tally.add("meson test", failure=f"exit status {meson_status}")
    if not tally.failed and tally.passed == 0:
        tally.add("meson test", failure="no test ran")

    for name, reason in tally.skipped:
        print(f"skipped: {name}: {reason}")
    for name, reason in tally.failed:
        print(f"FAILED: {name}: {reason:.200}")
    skips = f", {len(tally.skipped)} skipped" if tally.skipped else ""
    print(f"{tally.passed} passed, {len(tally.failed)} failed{skips}")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    try:
        code = main()
        sys.stdout.flush()
        sys.exit(code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python writes again at exit
        sys.exit(1)
    except (OSError, ValueError, LookupError, ElementTree.ParseError) as error:
        print(f"count_tests: no result: {error}\n0 passed, 1 failed")
        sys.exit(1)
