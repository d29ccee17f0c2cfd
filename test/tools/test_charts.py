# SPDX-License-Identifier: MIT
"""The axes, the looks of the modes, and the lines that charts draw."""

import unittest
import xml.etree.ElementTree as ElementTree

from comparison.report import charts, figures, numbers, scales, styles
from comparison.report.charts import Chart, Line, Point
from report_document import ALL_MODES


def _chart(lines: list[Line]) -> Chart:
    points = [point for line in lines for point in line.points]
    return Chart(
        title="what is <drawn>",
        x_title="connections",
        lines=tuple(lines),
        x=scales.at_values([point.x for point in points], numbers.whole),
        y=scales.linear([point.y for point in points], numbers.tick),
        x_text=lambda x: f"{x:.0f} connections",
        y_text=numbers.count,
    )


class Scales(unittest.TestCase):
    def texts(self, scale: scales.Scale) -> list[str]:
        return [tick.text for tick in scale.ticks if tick.text]

    def test_linear_begins_at_zero_and_ends_beyond_the_values(self) -> None:
        scale = scales.linear([3.0, 96.0], numbers.tick)
        self.assertEqual(self.texts(scale), ["0", "20", "40", "60", "80", "100"])
        self.assertEqual((scale.at(0.0), scale.at(50.0), scale.at(100.0)), (0.0, 0.5, 1.0))

    def test_linear_of_zeros_has_a_length(self) -> None:
        self.assertGreater(scales.linear([0.0], numbers.tick).high, 0.0)

    def test_logarithmic_gives_each_tenfold_the_same_length(self) -> None:
        scale = scales.logarithmic([10.0, 1000.0], numbers.tick)
        self.assertEqual((scale.at(10.0), scale.at(1000.0)), (0.0, 1.0))
        self.assertAlmostEqual(scale.at(100.0), 0.5)

    def test_logarithmic_labels_stay_few_over_many_tenfolds(self) -> None:
        for top in (2.0, 15.0, 1e3, 1e6, 1e12):
            labels = self.texts(scales.logarithmic([1.0, top], numbers.tick))
            self.assertTrue(2 <= len(labels) <= 7, labels)

    def test_logarithmic_puts_zeros_at_the_low_end(self) -> None:
        self.assertEqual(scales.logarithmic([1.0, 10.0], numbers.tick).at(0.0), 0.0)

    def test_logarithmic_of_one_value_has_a_length(self) -> None:
        self.assertTrue(0.0 < scales.logarithmic([10.0], numbers.tick).at(10.0) < 1.0)

    def test_fitting_is_logarithmic_only_for_values_far_apart(self) -> None:
        self.assertEqual(scales.fitting([10.0, 100.0], numbers.tick).low, 0.0)
        self.assertEqual(scales.fitting([10.0, 1000.0], numbers.tick).low, 1.0)
        self.assertEqual(scales.fitting([0.0, 1000.0], numbers.tick).low, 0.0)

    def test_counts_have_ticks_where_they_are_unless_they_would_touch(self) -> None:
        self.assertEqual(
            self.texts(scales.at_values([16, 256, 1000], numbers.whole)), ["16", "256", "1,000"]
        )
        self.assertEqual(self.texts(scales.at_values([0, 1, 300], numbers.whole)), ["1", "300"])

    def test_percentiles_give_each_nine_the_same_length(self) -> None:
        scale = scales.percentiles([50.0, 90.0, 99.0, 99.9], numbers.percentile)
        self.assertEqual(self.texts(scale), ["50 %", "90 %", "99 %", "99.9 %"])
        self.assertAlmostEqual(scale.at(99.9) - scale.at(99.0), scale.at(99.0) - scale.at(90.0))

    def test_the_maximum_is_apart_at_the_end(self) -> None:
        scale = scales.percentiles([50.0, 99.9, 100.0], numbers.percentile)
        self.assertEqual(self.texts(scale)[-1], "max")
        self.assertEqual(scale.at(100.0), 1.0)
        self.assertLess(scale.at(99.99), 1.0)

    def test_any_percentiles_make_a_scale(self) -> None:
        for values in ([], [100.0], [0.0], [50.0], [100.0, 100.0], [99.99999]):
            scale = scales.percentiles(values, numbers.percentile)
            self.assertTrue(all(0.0 <= scale.at(value) <= 1.0 for value in values), values)


class Looks(unittest.TestCase):
    def test_all_modes_look_different(self) -> None:
        found = styles.styles([*ALL_MODES, "reference"], known=ALL_MODES)
        looks = {
            (style.colour(dark), style.dash, style.shape, dark)
            for style in found.values()
            for dark in (True, False)
        }
        self.assertEqual(len(looks), 2 * (len(ALL_MODES) + 1))

    def test_a_mode_looks_the_same_in_every_report(self) -> None:
        every = styles.styles([*ALL_MODES, "reference"], known=ALL_MODES)
        for mode in ALL_MODES:
            self.assertEqual(styles.styles(["mine", mode], known=ALL_MODES)[mode], every[mode])

    def test_unknown_modes_get_the_remaining_looks(self) -> None:
        found = styles.styles(["mine", "epoll", "yours"], known=ALL_MODES)
        self.assertEqual(len({style.slot for style in found.values()}), 3)

    def test_more_modes_than_looks_still_have_one_each(self) -> None:
        names = [f"mode-{i}" for i in range(60)]
        self.assertEqual(set(styles.styles(names)), set(names))

    def test_a_dashed_line_has_a_hollow_marker(self) -> None:
        for style in styles.styles(ALL_MODES).values():
            self.assertEqual(style.filled, not style.dash)


class Lines(unittest.TestCase):
    style = styles.styles(["epoll"])["epoll"]

    def test_svg_is_well_formed_for_any_mode_name(self) -> None:
        line = Line("<b>\"&'", (Point(16, 1.0, 0.9, 1.1), Point(256, 2.0)), self.style)
        root = ElementTree.fromstring(charts.svg(_chart([line, Line("bound", line.points)])))
        self.assertEqual([title.text for title in root.iter("title")], ["<b>\"&'", "bound"])

    def test_intervals_are_drawn_only_where_there_are_some(self) -> None:
        line = Line(
            "epoll", (Point(16, 1.0, 0.9, 1.1), Point(256, 2.0), Point(300, 1.0, 1.0, 1.0)), self.style
        )
        self.assertEqual(charts.svg(_chart([line])).count('class="bar"'), 1)

    def test_a_line_without_points_is_not_drawn(self) -> None:
        drawn = charts.svg(
            _chart([Line("epoll", (Point(16, 1.0),), self.style), Line("none", (), self.style)])
        )
        self.assertEqual(drawn.count('class="line'), 1)

    def test_data_has_the_place_and_the_text_of_each_point(self) -> None:
        line = Line("epoll", (Point(16, 1.0, 0.5, 2.0), Point(256, 2.0)), self.style)
        found = charts.data(_chart([line]))
        self.assertEqual(found["x"], [[0, "16 connections"], [1000, "256 connections"]])
        self.assertEqual(found["lines"], [["epoll", 0, [[0, 500, "1.00 (0.500–2.00)"], [1, 0, "2.00"]]]])

    def test_thinning_keeps_the_usual_percentiles(self) -> None:
        points = [(percentile / 100, 1.0) for percentile in range(0, 10000)] + [(99.995, 1.0), (100.0, 2.0)]
        kept = figures.thinned(points)
        self.assertLessEqual(len(kept), 45)
        self.assertEqual(kept, sorted(kept))
        for percentile in (50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 100.0):
            self.assertIn(percentile, [at for at, _ in kept])


class Numbers(unittest.TestCase):
    def test_three_digits_matter(self) -> None:
        cases = {
            0: "0",
            0.0361: "0.036",
            0.999: "0.999",
            0.9996: "1.00",
            1.234: "1.23",
            9.999: "10.0",
            1234.5: "1,234",
        }
        for value, text in cases.items():
            self.assertEqual(numbers.significant(value), text)
        self.assertEqual(numbers.significant(0.0001), "<0.001")

    def test_latencies_take_the_unit_that_fits(self) -> None:
        cases = {
            0.5: "0.500 µs",
            21.04: "21.0 µs",
            999.9: "1.00 ms",
            1530.0: "1.53 ms",
            3e6: "3.00 s",
            4e8: "400 s",
        }
        for value, text in cases.items():
            self.assertEqual(numbers.latency(value), text)

    def test_only_finite_numbers_are_numbers(self) -> None:
        for value in (None, True, "1", float("nan"), float("inf"), [], {}):
            self.assertIsNone(numbers.number(value))
        self.assertEqual(numbers.number(3), 3.0)


if __name__ == "__main__":
    unittest.main()
