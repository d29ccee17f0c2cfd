# SPDX-License-Identifier: MIT
"""Loads the server for long with good, slow, garbage and dying clients: memory must not grow, no request may be lost.

Each client counts from the bytes it received what the server must count. Both counts must be the same.
"""
