# SPDX-License-Identifier: MIT
"""Loads the server for long with good, slow, garbage and dying clients: nothing may grow, nothing be lost.

Each client counts, from the bytes it got, what must be counted; the server's account must be the same.
"""
