# SPDX-License-Identifier: MIT
"""The document as one HTML page: charts, tables, and what must be said beside them."""
