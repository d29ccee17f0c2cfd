# SPDX-License-Identifier: MIT
"""Everything that is drawn from the document: the HTML page, Markdown, CSV and the terminal."""
