# SPDX-License-Identifier: MIT
"""How a mode looks: its colour, dash and marker are the same in every chart, table and report.

Eight colours, told apart under each kind of colour blindness (at least 11 in Oklab times 100, simulated by
Machado's matrices), on white and on near-black. Each is used twice: solid with a filled marker, dashed with
a hollow one. The reference server has the ink of the text, dotted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

REFERENCE = "reference"

_LIGHT = ("#263b6a", "#b45314", "#408774", "#924ab9", "#1a9ed5", "#bf8c14", "#92240d", "#505a63")
_DARK = ("#4f76f5", "#ec8c1f", "#80efce", "#9f67a1", "#3db1fd", "#eadf4c", "#d24e46", "#a2a2a2")
_DASHES = ("", "6 3", "2 2.5", "9 3 2 3")
_HUES = len(_LIGHT)
_REFERENCE_SLOT = _HUES * len(_DASHES)

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

_KNOWN = {
    "epoll": 0,
    "threads": 1,
    "pool": 2,
    "coroutine": 3,
    "uring": 4,
    "leader-follower": 5,
    "process": 6,
    "select": 7,
    "reactors": 8,
    "half-sync": 9,
    "pipeline": 10,
    "fibers": 11,
    "sigio": 12,
    "busy": 13,
    "sequential": 14,
    "poll": 15,
}


@dataclass(frozen=True)
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


def styles(names: Iterable[str], references: Iterable[str] = (REFERENCE,)) -> dict[str, Style]:
    """In the order of the names. Those that are not known here take what the known ones leave free."""
    wanted, special = list(dict.fromkeys(names)), set(references)
    taken = {_KNOWN[name] for name in wanted if name in _KNOWN}
    free = [slot for slot in range(_REFERENCE_SLOT) if slot not in taken]
    found: dict[str, Style] = {}
    for name in wanted:
        if name in special:
            found[name] = Style(_REFERENCE_SLOT)
        elif name in _KNOWN:
            found[name] = Style(_KNOWN[name])
        else:
            found[name] = Style(free.pop(0) if len(free) > 1 else free[0])
    return found


def stylesheet(used: Iterable[Style]) -> str:
    """The colours of the classes, for light and dark pages."""
    slots = sorted(set(used), key=lambda style: style.slot)
    light = "".join(f".s{style.slot}{{color:{style.colour(dark=False)}}}" for style in slots)
    dark = "".join(f".s{style.slot}{{color:{style.colour(dark=True)}}}" for style in slots)
    return f"{light}\n@media (prefers-color-scheme: dark){{{dark}}}"


def symbols(used: Iterable[Style]) -> str:
    """Each marker, and each key of a legend, once: <use> repeats them."""
    slots = sorted(set(used), key=lambda style: style.slot)
    return (
        '<svg width="0" height="0" aria-hidden="true"><defs>'
        + "".join(map(_symbols_of, slots))
        + "</defs></svg>"
    )


def _symbols_of(style: Style) -> str:
    fill = "currentColor" if style.filled else "var(--paper)"
    marker = f'<path d="{style.shape}" fill="{fill}" stroke="currentColor" stroke-width="1.2"/>'
    dash = f' stroke-dasharray="{style.dash}"' if style.dash else ""
    line = f'<path d="M0 5H26" stroke="currentColor" stroke-width="1.8" fill="none"{dash}/>'
    return (
        f'<g id="m{style.slot}">{marker}</g>'
        f'<g id="k{style.slot}">{line}<g transform="translate(13 5)">{marker}</g></g>'
    )
