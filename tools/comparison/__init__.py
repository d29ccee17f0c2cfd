# SPDX-License-Identifier: MIT
"""Compares the server's models under the same load, and refuses to print a number that it cannot stand for.

Nothing here talks to the server but over the wire and through /proc. Everything it starts, it ends by its
process id.
"""
