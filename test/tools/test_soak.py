# SPDX-License-Identifier: MIT
"""tools/soak itself, for a few seconds in two modes: every answer, every count, every descriptor and thread.

The program to run is in MAJUSCULE. Whether memory is flat takes minutes to tell, so that is not judged here.
"""

import os
import subprocess
import sys
import unittest


class Soak(unittest.TestCase):
    def test_passes(self) -> None:
        program = f"--majuscule={os.environ['MAJUSCULE']}"
        command = [sys.executable, "-m", "soaking", "--seconds=8", "--modes=epoll,threads", program]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        verdict = (done.stdout.splitlines() or ["it said nothing"])[-1]
        if verdict.startswith("INVALID"):
            self.skipTest(verdict)
        self.assertEqual((verdict, done.returncode), ("PASS", 0), done.stdout)


if __name__ == "__main__":
    unittest.main()
