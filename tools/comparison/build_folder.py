# SPDX-License-Identifier: MIT
"""Where the sources of a build folder were, and which Meson made it.

    python3 -m comparison.build_folder ROOT FOLDER

prints why the folder must be configured again, if it must. A folder that was copied or renamed with its checkout has
absolute paths of the old place: Meson fails, or builds the old place.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from comparison import child


def exists(folder: Path) -> bool:
    return (folder / "meson-private" / "coredata.dat").exists() or (folder / "build.ninja").exists()


def why_anew(root: Path, folder: Path, meson_version: str) -> str:
    """In words; empty when the folder can be used. `meson_version`: of the installed Meson."""
    told = _info(folder)
    places = told.get("directories") or {}
    for name, wanted in (("source", root), ("build", folder)):
        made_in = places.get(name)
        if not isinstance(made_in, str):
            return "it does not record where it was made"
        if os.path.realpath(made_in) != os.path.realpath(wanted):
            return f"it was made for {made_in}"
    made_by = (told.get("meson_version") or {}).get("full")
    if meson_version and made_by != meson_version:
        return f"it was made by Meson {made_by}, installed is {meson_version}"
    return ""


def option(folder: Path, name: str) -> Any:
    """The configured value; None: not known."""
    try:
        options = json.loads((folder / "meson-info" / "intro-buildoptions.json").read_text(encoding="utf-8"))
        return next((one["value"] for one in options if one["name"] == name), None)
    except (OSError, ValueError, LookupError, TypeError):
        return None


def installed_meson() -> str:
    return child.output_of(["meson", "--version"], seconds=60.0).strip()


def _info(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / "meson-info" / "meson-info.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


if __name__ == "__main__":
    print(why_anew(Path(sys.argv[1]), Path(sys.argv[2]), installed_meson()))
