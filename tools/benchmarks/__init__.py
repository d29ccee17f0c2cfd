# SPDX-License-Identifier: MIT
"""The benchmarks: each figure with its target, as a ratio within one run where machines differ."""
