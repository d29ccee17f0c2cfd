# SPDX-License-Identifier: MIT
"""The HTML report: its contents, odd documents, and its script in a browser."""

import html
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from functools import lru_cache
from pathlib import Path
from typing import Any

from comparison.report import page as html_page
from html_reader import Reader
from report_document import ALL_MODES, document

_NASTY = "</script><script>throw 1</script><!-- ' \" & <b> \x00 \ud800 ]]> \u2028"
_BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--window-size=1200,1000", "--virtual-time-budget=5000", "--dump-dom"),
)


def _everywhere(value: Any, text: str) -> Any:
    """The document with every string replaced, except the keys."""
    if isinstance(value, dict):
        return {key: _everywhere(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_everywhere(inner, text) for inner in value]
    return text if isinstance(value, str) else value


class Page(unittest.TestCase):
    def test_loads_nothing(self) -> None:
        page = html_page.render(document())
        links = [
            value
            for _, attributes in Reader(page).elements
            for name, value in attributes.items()
            if name in ("src", "href", "srcset", "action", "data", "poster")
        ]
        self.assertTrue(links)
        self.assertEqual(
            [link for link in links if link != "data:," and not (link or "").startswith("#")], []
        )
        self.assertIsNone(re.search(r"url\(|@import|fetch\(|XMLHttpRequest|WebSocket|\bimport\b", page))
        self.assertIn("default-src 'none'", page)

    def test_every_link_inside_the_page_leads_somewhere(self) -> None:
        elements = Reader(html_page.render(document())).elements
        ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
        self.assertEqual(len(ids), len(set(ids)))
        wanted = {str(a["href"])[1:] for _, a in elements if str(a.get("href", "")).startswith("#")}
        self.assertEqual(wanted - set(ids), set())

    def test_same_document_makes_the_same_bytes(self) -> None:
        self.assertEqual(html_page.render(document()), html_page.render(document()))

    def test_seventeen_modes_in_twelve_scenarios_stay_under_a_megabyte(self) -> None:
        comparison = document(ALL_MODES, rounds=5)
        self.assertEqual(len(comparison["scenarios"]), 12)
        dense = [[i / 10, 20.0 + i] for i in range(1000)] + [
            [99.9 + i / 10000, 2000.0 + i] for i in range(1001)
        ]
        for scenario in comparison["scenarios"]:
            for row in scenario["rows"]:
                row["spectrum"] = {"service": dense, "response": dense}
        self.assertLess(len(html_page.render(comparison).encode()), 1_000_000)

    def test_raw_rounds_stay_out(self) -> None:
        comparison = document()
        comparison["scenarios"][0]["rows"][0]["rounds"][0]["secret"] = "raw-sample"
        self.assertNotIn("raw-sample", html_page.render(comparison))

    def test_is_for_light_dark_and_narrow_screens(self) -> None:
        page = html_page.render(document())
        self.assertIn("@media (prefers-color-scheme: dark)", page)
        self.assertIn('name="viewport" content="width=device-width', page)
        for table in re.finditer("<table", page[: page.index("<script")]):
            self.assertTrue(
                page[: table.start()].endswith('<div class="scroll">'), page[table.start() :][:80]
            )

    def test_any_text_is_escaped(self) -> None:
        page = html_page.render(_everywhere(document(), _NASTY))
        page.encode("utf-8")
        reader = Reader(page)
        self.assertEqual((reader.count("script"), reader.count("style")), (2, 1))
        names = {line[0] for chart in reader.data()["charts"] for line in chart["lines"]}
        self.assertEqual(names, {_NASTY, "bound", "calibrations"})
        self.assertIn(_NASTY.replace("\x00", "\ufffd").replace("\ud800", "\ufffd"), reader.text())

    def test_a_missing_member_is_left_out(self) -> None:
        whole = document()
        self.assertIn("No verdict was recorded.", html_page.render({}))
        for key in whole:
            Reader(html_page.render({name: value for name, value in whole.items() if name != key}))
            Reader(
                html_page.render(
                    {
                        **whole,
                        key: None if key in ("format", "invalid_rows", "verdict") else type(whole[key])(),
                    }
                )
            )
        for scenario in whole["scenarios"]:
            for row in scenario["rows"]:
                kept = {key: row[key] for key in ("mode", "valid")}
                row.clear()
                row.update(kept)
        Reader(html_page.render(whole))


class Content(unittest.TestCase):
    def test_invalid_rows_are_named_first(self) -> None:
        text = Reader(html_page.render(document())).text()
        first = text.index("2 of 57 rows are INVALID")
        self.assertLess(first, text.index("Majuscule: the models compared", text.index("compared") + 1))
        self.assertIn("3 of 142,452 replies were wrong", text[first : first + 300])

    def test_there_is_no_banner_when_every_row_is_valid(self) -> None:
        page = html_page.render(document(invalid=False))
        self.assertNotIn("INVALID", Reader(page).text())
        self.assertNotIn("<aside", page)

    def test_invalid_rows_are_struck_labelled_and_not_drawn(self) -> None:
        comparison = document()
        reader = Reader(html_page.render(comparison))
        self.assertEqual(reader.count("tr", "bad"), 2)
        titles = [a.get("aria-label") or "" for tag, a in reader.elements if tag == "svg"]
        spectrum = next(
            i for i, title in enumerate(filter(None, titles)) if "256 connections: service" in title
        )
        self.assertEqual(
            [name for name, _, _ in reader.data()["charts"][spectrum]["lines"]],
            ["epoll", "pool", "sequential", "reference"],
        )

    def test_every_scenario_has_its_table_and_spectrum(self) -> None:
        comparison = document()
        reader = Reader(html_page.render(comparison))
        scenarios = comparison["scenarios"]
        loads = [one for one in scenarios if one["rate_share"]]
        self.assertEqual(reader.count("table", "rows"), len(scenarios))
        spectra = len(scenarios) + len(loads)
        self.assertEqual(reader.count("svg", "chart"), spectra + 2 * 2 + 3 + 2 + 1)  # connections, load, memory, speed
        self.assertEqual(reader.count("svg", "chart"), len(reader.data()["charts"]))
        self.assertEqual(reader.count("details"), len(scenarios))

    def test_open_loops_show_response_time_and_closed_ones_service_time(self) -> None:
        page = html_page.render(document())
        closed, opened = page.index("<h3>Keep-alive, 16"), page.index("<h3>Open loop, 64")
        self.assertIn("service time</th>", page[closed : closed + 3000])
        self.assertIn("response time</th>", page[opened : opened + 3000])

    def test_missing_costs_have_a_reason_and_are_not_zero(self) -> None:
        page = html_page.render(document())
        self.assertIn("serves 1 at a time: idle clients would wait in the backlog", page)
        self.assertIn("ptrace is forbidden here", page)
        memory = page[page.index('<section id="memory">') :]
        row = memory[memory.index("sequential</th>") :]
        self.assertTrue(row.startswith("sequential</th><td>–</td><td>–</td><td>–</td>"), row[:80])

    def test_the_command_is_printed_exactly(self) -> None:
        comparison = document()
        comparison["environment"][
            "command"
        ] = "tools/compare --task='sleep:1s' --modes=a,b && echo \"<done>\""
        text = Reader(html_page.render(comparison)).text()
        self.assertIn(comparison["environment"]["command"], text)

    def test_the_speed_of_the_machine_is_drawn_with_a_mark_for_each_load(self) -> None:
        comparison = document()
        page = html_page.render(comparison)
        reader = Reader(page)
        self.assertIn("Machine speed varied by 29.8 % over the run, in 2 steps", reader.text())
        charts = [chart["lines"] for chart in reader.data()["charts"]]
        (lines,) = [lines for lines in charts if lines[0][0] == "calibrations"]
        self.assertEqual(len(lines[0][2]), 8)
        marks = {name: len(points) for name, _, points in lines[1:]}
        self.assertEqual(marks, {"epoll": 2, "threads": 2, "pool": 1, "sequential": 1, "reference": 1})
        drawn = page[page.index("Machine speed over the run") :]
        drawn = drawn[: drawn.index("</figure>")]
        self.assertEqual(drawn.count("<path d="), 1, "the calibrations are joined, the loads are not")
        self.assertEqual(drawn.count("<use href=\"#m"), 7)

    def test_speed_that_is_not_known_is_reported(self) -> None:
        comparison = document()
        comparison["speed"] = {"text": "machine speed is not known: no calibration", "calibrations": [], "visits": []}
        page = html_page.render(comparison)
        self.assertIn("Machine speed is not known", page)
        self.assertNotIn("Machine speed over the run", page)

    def test_intervals_are_named_by_the_number_of_rounds(self) -> None:
        for rounds, name in (
            (3, "range of 3 rounds (holds the median in 75 %)"),
            (5, "range of 5 rounds (holds the median in 94 %)"),
            (6, "95 % interval"),
        ):
            page = html_page.render(document(rounds=rounds))
            self.assertIn(f"of majuscule-load; ± of the {name}", page)
            self.assertIn(f"round by round, ± of the {name}", page)
            self.assertIn(f"Requests/s, median and {name}.", page)
            self.assertEqual("95 % interval" in page, rounds >= 6, f"{rounds} rounds")

    def test_has_bounds_marks_checks_settings_and_footnotes(self) -> None:
        comparison = document()
        text = Reader(html_page.render(comparison)).text()
        wanted = [
            "reaches its bound",
            "limit: not found",
            "client-bound: the client used 84 % of its core",
            "no difference shown",
            "142,449 of 142,452 right",
            "Validity checks: 20 of 20 passed",
            *comparison["settings"].values(),
            *comparison["environment"].values(),
            *comparison["footnotes"],
        ]
        self.assertEqual([words for words in wanted if words not in text], [])


_PROBE = """
<script>
const seen = document.documentElement.dataset;
const plots = [...document.querySelectorAll(".plot")].filter((plot) => plot.clientWidth);
const move = (plot, x) => {
  const box = plot.getBoundingClientRect();
  const at = { clientX: box.left + x * box.width, clientY: box.top + 9, bubbles: true };
  plot.dispatchEvent(new PointerEvent("pointermove", at));
};
seen.loaded = JSON.stringify(performance.getEntriesByType("resource").map((entry) => entry.name));
seen.plots = plots.length;
let tips = 0;
for (const plot of plots) {
  move(plot, 0.5);
  tips += plot.querySelectorAll(".tip tr").length > 0;
}
seen.tips = tips;
move(plots[0], 0.99);
seen.tip = plots[0].querySelector(".tip").textContent;
plots[0].dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
seen.stepped = plots[0].querySelector(".tip b").textContent;
plots[0].dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
seen.hidden = plots[0].querySelectorAll(".tip").length;
document.querySelector(".legend li").click();
seen.off = document.querySelectorAll(".line.off").length;
document.querySelectorAll(".legend li")[0].click();
seen.back = document.querySelectorAll(".line.off").length;
seen.button = document.querySelectorAll("pre.copy + button").length;
</script>
<iframe id="phone" width="360" height="700" style="border: 0"></iframe>
<script>
const phone = document.getElementById("phone");
phone.onload = () => {
  const root = phone.contentDocument.documentElement;
  seen.phone = `${root.scrollWidth} of ${root.clientWidth}, ready: ${root.dataset.ready}`;
};
phone.srcdoc = page;
</script>
"""


@lru_cache(maxsize=None)
def _seen(modes: tuple[str, ...]) -> dict[str, str]:
    """What a browser reports of the page, and of the same page on a phone 360 pixels wide."""
    page = html_page.render(document(modes))
    copy = json.dumps(page).replace("<", "\\u003c")
    within = f"<script>const page = {copy};</script>"
    probed = re.sub("<meta http-equiv[^>]*>", "", page).replace("</body>", within + _PROBE + "</body>")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "report.html")
        path.write_text(probed, encoding="utf-8")
        command = [str(_BROWSER), *_FLAGS, f"--user-data-dir={directory}/profile", path.as_uri()]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=True
        )
    shown = done.stdout.decode()
    found = re.search(r"<html[^>]*>", shown)
    if not found:
        raise AssertionError(f"{_BROWSER} showed no page: {done.stderr.decode()[-500:]}")
    pairs = re.findall(r'data-([a-z-]+)="([^"]*)"', found[0])
    return {name: html.unescape(value) for name, value in pairs}


@unittest.skipUnless(_BROWSER, "no browser: apt-get install chromium to run the page's script")
class InABrowser(unittest.TestCase):
    def setUp(self) -> None:
        self.seen = _seen(("epoll", "threads", "pool", "sequential"))

    def test_the_script_runs_to_its_end_without_an_error(self) -> None:
        self.assertEqual((self.seen.get("ready"), self.seen.get("error")), ("yes", None))

    def test_nothing_is_loaded(self) -> None:
        self.assertEqual(self.seen["loaded"], "[]")

    def test_every_chart_shows_values_under_the_pointer(self) -> None:
        hidden = 2  # the tabs of the chart over the load that are not chosen
        self.assertEqual(
            int(self.seen["plots"]), len(Reader(html_page.render(document())).data()["charts"]) - hidden
        )
        self.assertEqual(self.seen["tips"], self.seen["plots"])

    def test_the_tip_names_the_place_and_every_mode(self) -> None:
        for words in ("1,000 connections", "epoll", "pool", "sequential", "reference"):
            self.assertIn(words, self.seen["tip"])

    def test_keys_move_the_tip_and_put_it_away(self) -> None:
        self.assertEqual((self.seen["stepped"], self.seen["hidden"]), ("256 connections", "0"))

    def test_a_click_on_the_legend_takes_the_mode_out_of_every_chart_and_back(self) -> None:
        charts = Reader(html_page.render(document())).data()["charts"]
        with_epoll = sum("epoll" in [line[0] for line in chart["lines"]] for chart in charts)
        self.assertEqual((int(self.seen["off"]), int(self.seen["back"])), (with_epoll, 0))

    def test_the_command_can_be_copied(self) -> None:
        self.assertEqual(self.seen["button"], "1")

    def test_a_phone_scrolls_in_one_direction_and_the_policy_lets_the_script_run(self) -> None:
        self.assertEqual(self.seen["phone"], "360 of 360, ready: yes")

    def test_all_modes_fit_on_a_phone_too(self) -> None:
        self.assertEqual(_seen(ALL_MODES)["phone"], "360 of 360, ready: yes")


if __name__ == "__main__":
    unittest.main()
