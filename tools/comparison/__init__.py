# SPDX-License-Identifier: MIT
"""Compares the modes of the server under the same load. A number that fails a check makes its row INVALID.

It sees the server only over the wire and through /proc. It ends every process that it started, by its process id.
"""
