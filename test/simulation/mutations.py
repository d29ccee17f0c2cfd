#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the simulation finds bugs: breaks the drivers in one way after another in a copy of the source tree,
and runs the simulation on each: `mutations.py SOURCE SCRATCH [NAME...]`.

Prints a line for each mutation. Exit codes: 0 all but one were found, or all; 1 fewer; 2 a mutation does not apply.
"""

import filecmp
import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing


class Mutation(typing.NamedTuple):
    name: str
    file: str  # in src
    old: str  # occurs once
    new: str


READINESS = "event/readiness_driver.cpp"
CLIENT = "blocking/blocking_client.cpp"

MUTATIONS = (
    Mutation("readiness: deadline not armed", READINESS, "  wheel_.set(session, connection.deadline());\n", ""),
    Mutation(
        "readiness: interest not renewed after a partial write",
        READINESS,
        "if (connection.pending_output().size() > 0) interest = Interest::kWrite;",
        "if (session.interest != Interest::kNone) interest = session.interest;",
    ),
    Mutation("readiness: permit not given back", READINESS, "  permits_.give_back_one();\n", ""),
    Mutation(
        "readiness: timed-out client counted as closed twice",
        READINESS,
        "resume(session, slept ? Wake::kSlept : Wake::kDue);",
        "if (!slept) server_.counters().add({.closed = 1});\n      resume(session, slept ? Wake::kSlept : Wake::kDue);",
    ),
    Mutation(
        "readiness: drain forgets clients that have sent nothing",
        READINESS,
        "return connection.idle() && drain_.closes",
        "return connection.idle() && !connection.fresh() && drain_.closes",
    ),
    Mutation(
        "readiness: client accepted late in a drain gets no time",
        READINESS,
        "  if (drain_.begun()) drain_.client_came(now().time);",
        "",
    ),
    Mutation(
        "readiness: sleeping client leaks when the drain aborts",
        READINESS,
        "  poller_.remove(session);\n",
        "  if (session.phase != Phase::kSleeps) poller_.remove(session);\n",
    ),
    Mutation(
        "readiness: no half-close",
        READINESS,
        "    sys::shutdown(session.fd.get(), SHUT_WR);\n",
        "",
    ),
    Mutation(
        "readiness: accepting not resumed after a pause",
        READINESS,
        "if (!drain_.begun()) poller_.set_accepting(true);",
        "if (drain_.begun()) poller_.set_accepting(true);",
    ),
    Mutation(
        "readiness: closing client not read once more in a drain",
        "event/session_steps.cpp",
        "return read(session) && !connection.idle();",
        "return !connection.idle();",
    ),
    Mutation(
        "readiness: input not read at the deadline",
        "event/session_steps.cpp",
        "if (connection.wants_input() && !read(session)) return false;",
        "",
    ),
    Mutation(
        "readiness: task's timer not set",
        READINESS,
        "  wheel_.set(session, now().time + duration);\n",
        "  (void)duration;\n",
    ),
    Mutation(
        "blocking: deadline not kept",
        CLIENT,
        "  if (connection_->deadline() <= now_.time) connection_->expire(now_);\n",
        "",
    ),
    Mutation(
        "blocking: client not counted out when no thread starts",
        "blocking/blocking_driver.cpp",
        "  if (start(job)) return true;\n  registry_.count_out();\n",
        "  if (start(job)) return true;\n",
    ),
    Mutation(
        "blocking: refused client counted as accepted",
        "blocking/blocking_driver.cpp",
        "  if (!permit) return false;\n",
        "  if (!permit) return server_.counters().add({.accepted = 1}), false;\n",
    ),
    Mutation(
        "blocking: old time used after a send that waited",
        CLIENT,
        "    now_ = clock_.now();\n    connection_->sent(count, now_);",
        "    if (count < output.size()) now_ = clock_.now();\n    connection_->sent(count, now_);",
    ),
    Mutation(
        "blocking: partial send counted as whole",
        CLIENT,
        "    now_ = clock_.now();\n    connection_->sent(count, now_);",
        "    now_ = clock_.now();\n    connection_->sent(count > 0 ? output.size() : 0, now_);",
    ),
    Mutation("blocking: no half-close", CLIENT, "    sys::shutdown(fd_.get(), SHUT_WR);\n", ""),
    Mutation(
        "blocking: drain forgets clients that have sent nothing",
        "blocking/client_registry.cpp",
        "if (state == State::kIdle || (also_fresh && state == State::kFresh))",
        "if (state == State::kIdle || (also_fresh && state == State::kBusy))",
    ),
    Mutation(
        "blocking: client accepted late in a drain gets no time",
        "blocking/acceptor.cpp",
        "      if (result == AcceptResult::kAccepted) clients.client_came();\n",
        "",
    ),
    Mutation(
        "blocking: request lost when the drain shuts down reading",
        CLIENT,
        "return entry_.shut_down && !connection_->idle()",
        "return entry_.shut_down && connection_->idle()",
    ),
    Mutation(
        "blocking: unread input resets an answered client",
        CLIENT,
        "  if (server_.stop().requested()) discard_input(fd_.get());\n",
        "",
    ),
    Mutation(
        "blocking: refused clients held until the last has gone",
        "blocking/acceptor.cpp",
        "  while (overload_.next() != kNever) drain_on(clients);\n",
        "",
    ),
    Mutation(
        "blocking: sleeping tasks not ended when the drain aborts",
        "blocking/blocking_driver.cpp",
        "    io_.abort_sleeps();\n",
        "",
    ),
)


def copy_if_changed(source: str, copy: str) -> None:
    """Copies with the present time, so that only what depends on the file is built again."""
    if not os.path.exists(copy) or not filecmp.cmp(source, copy, shallow=False):
        shutil.copy(source, copy)


def prepare(source: pathlib.Path, scratch: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """Makes a copy of the tree and a folder to build it in."""
    copy, build = scratch / "source", scratch / "build"
    ignored = shutil.ignore_patterns("build", "build-*", ".git", "results")
    shutil.copytree(source, copy, copy_function=copy_if_changed, ignore=ignored, dirs_exist_ok=True)
    if not (build / "build.ninja").exists():
        options = ["-Dtests=true", "-Db_ndebug=false", "-Doptimization=1", "-Dwerror=false"]
        subprocess.run(["meson", "setup", str(build), str(copy), *options], check=True, stdout=subprocess.DEVNULL)
    return copy, build


def run_simulation(build: pathlib.Path) -> tuple[bool, str]:
    """Returns whether the simulation found nothing, and its first message."""
    compiled = subprocess.run(
        ["ninja", "-C", str(build), "test/simulation/simulation"], capture_output=True, text=True, check=False
    )
    if compiled.returncode != 0:
        raise SystemExit("does not compile:\n" + "\n".join(re.findall(r".*error.*", compiled.stdout)))
    try:
        run = subprocess.run(
            [str(build / "test/simulation/simulation"), "--gtest_fail_fast"],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False, "it never ends"
    said = run.stdout + run.stderr
    for pattern in (r"(seed \d+: .*?)(?=\\n|\n)", r"Which is: \"(.*)\"", r"(Assertion.*)", r"Failure\n(.*)"):
        if found := re.search(pattern, said):
            return run.returncode == 0, found.group(1)
    return run.returncode == 0, f"exit code {run.returncode}"


def main() -> int:
    source, scratch, *names = sys.argv[1:]
    copy, build = prepare(pathlib.Path(source), pathlib.Path(scratch))
    print("unchanged:", end=" ", flush=True)
    good, said = run_simulation(build)
    print("no fault" if good else said)
    if not good:
        return 1
    chosen = [one for one in MUTATIONS if not names or any(name in one.name for name in names)]
    missed = 0
    for mutation in chosen:
        path = copy / "src" / mutation.file
        text = path.read_text()
        if text.count(mutation.old) != 1:
            print(f"{mutation.name}: does not apply", flush=True)
            return 2
        path.write_text(text.replace(mutation.old, mutation.new))
        try:
            good, said = run_simulation(build)
        finally:
            path.write_text(text)
        missed += good
        print(f"{mutation.name}: {'NOT FOUND' if good else 'found: ' + said}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} found")
    return 0 if missed <= 1 else 1


if __name__ == "__main__":
    os.environ.setdefault("CCACHE_SLOPPINESS", "pch_defines,time_macros,include_file_mtime,include_file_ctime")
    sys.exit(main())
