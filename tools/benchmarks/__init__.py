# SPDX-License-Identifier: MIT
"""The benchmarks: each figure beside its target, as a ratio in one run where machines differ."""
