# SPDX-License-Identifier: MIT
"""The look of each mode: the same colour, dash and marker in every chart, table and report.

There are eight colours that differ under each kind of colour blindness (by at least 11 in Oklab times 100, simulated
with Machado's matrices), on white and on near-black. Each is used twice: solid with a filled marker, and dashed with
a hollow one. The reference server is dotted, in the colour of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Sequence

_LIGHT = ("#263b6a", "#b45314", "#408774", "#924ab9", "#1a9ed5", "#bf8c14", "#92240d", "#505a63")
_DARK = ("#4f76f5", "#ec8c1f", "#80efce", "#9f67a1", "#3db1fd", "#eadf4c", "#d24e46", "#a2a2a2")
_DASHES = ("", "6 3", "2 2.5", "9 3 2 3")
_SHAPES = (
    "M3.5 0A3.5 3.5 0 1 1-3.5 0A3.5 3.5 0 1 1 3.5 0Z",
    "M-3-3H3V3H-3Z",
    "M0-4L3.8 3H-3.8Z",
    "M0-4.3L3.6 0L0 4.3L-3.6 0Z",
    "M0 4L3.8-3H-3.8Z",
    "M-1.3-3.8H1.3V-1.3H3.8V1.3H1.3V3.8H-1.3V1.3H-3.8V-1.3H-1.3Z",
    "M-1.8-3.6H1.8L3.9 0L1.8 3.6H-1.8L-3.9 0Z",
    "M-3.4-3.6H3.4L0 0L3.4 3.6H-3.4L0 0Z",
)
_DOT = "M2.2 0A2.2 2.2 0 1 1-2.2 0A2.2 2.2 0 1 1 2.2 0Z"
_HUES = len(_LIGHT)
_REFERENCE_SLOT = _HUES * len(_DASHES)


@dataclass(frozen=True, order=True)
class Style:
    """`slot` names it in the page: class s3, marker #m3, key #k3."""

    slot: int

    @property
    def dash(self) -> str:
        return "1 3" if self.slot == _REFERENCE_SLOT else _DASHES[self.slot // _HUES]

    @property
    def shape(self) -> str:
        return _DOT if self.slot == _REFERENCE_SLOT else _SHAPES[self.slot % _HUES]

    @property
    def filled(self) -> bool:
        return self.slot < _HUES or self.slot == _REFERENCE_SLOT

    def colour(self, dark: bool) -> str:
        if self.slot == _REFERENCE_SLOT:
            return "var(--ink)"
        return (_DARK if dark else _LIGHT)[self.slot % _HUES]


def styles(
    names: Iterable[str], references: Sequence[str] = ("reference",), known: Sequence[str] = ()
) -> dict[str, Style]:
    """In the order of the names. `known`: all modes in a fixed order, which gives each its look; other names take the
    looks that are left."""
    wanted = list(dict.fromkeys(names))
    slots = {name: i % _REFERENCE_SLOT for i, name in enumerate(known)}
    left = [slot for slot in range(_REFERENCE_SLOT) if slot not in {slots[name] for name in wanted if name in slots}]
    found = {}
    for name in wanted:
        if name in references:
            found[name] = Style(_REFERENCE_SLOT)
        elif name in slots:
            found[name] = Style(slots[name])
        else:
            found[name] = Style(left.pop(0) if len(left) > 1 else left[0])
    return found
