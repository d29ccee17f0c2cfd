# SPDX-License-Identifier: MIT
"""The two ways to fail: the whole comparison cannot run, or one measurement cannot be trusted."""


class CannotRun(Exception):
    """Nothing can be measured; the text says why and what to do. Exit code 1."""


class Untrusted(Exception):
    """This measurement failed; the text is the reason that its row shows."""
