# SPDX-License-Identifier: MIT
"""Two kinds of failure: the whole comparison cannot run, or one measurement is not valid."""


class CannotRun(Exception):
    """Nothing can be measured. The text says why and what to do. Exit code 1."""


class Untrusted(Exception):
    """A measurement failed. The text is the reason in its row."""
