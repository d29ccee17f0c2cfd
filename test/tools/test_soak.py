# SPDX-License-Identifier: MIT
"""tools/soak itself, for a few seconds in two modes: every answer, every count, every descriptor and thread.

The program to run is in MAJUSCULE. Memory growth takes minutes to detect, so it is not checked here.
"""

import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from comparison import proc


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Soak(unittest.TestCase):
    def test_passes(self) -> None:
        program = f"--majuscule={os.environ['MAJUSCULE']}"
        command = [sys.executable, "-m", "soaking", "--seconds=8", "--modes=epoll,threads", program]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        verdict = (done.stdout.splitlines() or ["it said nothing"])[-1]
        if verdict.startswith("INVALID"):
            self.skipTest(verdict)
        self.assertEqual((verdict, done.returncode), ("PASS", 0), done.stdout)

    def test_leaves_no_server_when_a_signal_ends_it(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                program = f"--majuscule={os.environ['MAJUSCULE']}"
                command = [sys.executable, "-m", "soaking", "--seconds=600", "--modes=epoll,threads", program]
                soak = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                self.addCleanup(soak.kill)
                while len(servers := proc.family(soak.pid)[1:]) < 2:
                    self.assertIsNone(soak.poll(), "it did not begin")
                    time.sleep(0.01)
                soak.send_signal(number)
                stdout, stderr = soak.communicate(timeout=100)
                self.assertEqual((soak.returncode, stdout), (128 + number, ""), stderr)
                self.assertNotIn("Traceback", stderr)
                deadline = time.monotonic() + 100
                while any(map(_runs, servers)):
                    self.assertLess(time.monotonic(), deadline, "a server outlives it")
                    time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
