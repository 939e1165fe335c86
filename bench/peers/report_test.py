"""How times become ratios and tables. The standard library only; ctest runs it."""

import unittest

import report


def times(us: float, count: int = 100) -> list[int]:
    """Times whose p50 is `us`."""
    return [round(us * 1000)] * count


def result(case: str, engine: str, family: str, us: float) -> dict:
    return {"case": case, "engine": engine, "family": family, "api": engine, "times_ns": times(us)}


OVERHEADS = {"exeunt": 0.0, "onnxruntime": 2.0, "openvino": 5.0}


class Percentiles(unittest.TestCase):
    def test_are_values_that_so_many_do_not_exceed(self) -> None:
        values = [5, 1, 4, 2, 3]
        self.assertEqual([report.percentile(values, p) for p in (0, 20, 50, 99, 100)], [1, 1, 3, 5, 5])


class Ratios(unittest.TestCase):
    def test_are_to_the_fastest_peer_without_the_overhead_of_its_call(self) -> None:
        rows = report.rows(
            [
                result("net full", "exeunt", "tflite", 50),
                result("net full", "onnxruntime", "tflite", 102),
                result("net full", "openvino", "tflite", 104),
            ],
            OVERHEADS,
        )
        self.assertEqual(rows[0]["best_peer"], "openvino")
        self.assertEqual(rows[0]["engines"]["openvino"]["p50_us"], 99)
        self.assertEqual(rows[0]["ratio_to_best_peer"], round(50 / 99, 3))

    def test_take_our_slower_file_and_the_peers_faster_one(self) -> None:
        rows = report.rows(
            [
                result("net late", "exeunt", "tflite", 50),
                result("net late", "exeunt", "torch", 60),
                result("net late", "onnxruntime", "tflite", 122),
                result("net late", "onnxruntime", "torch", 102),
            ],
            OVERHEADS,
        )
        self.assertEqual(rows[0]["ratio_to_best_peer"], 0.6)
        self.assertEqual(list(rows[0]["engines"]), ["exeunt", "exeunt_torch", "onnxruntime", "onnxruntime_torch"])

    def test_are_none_where_there_is_nothing_to_compare(self) -> None:
        rows = report.rows([result("net full", "exeunt", "torch", 50)], OVERHEADS)
        self.assertIsNone(rows[0]["ratio_to_best_peer"])


class Comparisons(unittest.TestCase):
    ROWS = report.rows(
        [
            result("net full", "exeunt", "torch", 100),
            result("net late", "exeunt", "torch", 103.5),
            result("net early", "exeunt", "tflite", 40),
            result("net early", "exeunt", "torch", 42),
        ],
        OVERHEADS,
    )

    def test_of_the_late_path_with_the_network_without_exits(self) -> None:
        self.assertEqual([item["extra_us"] for item in report.late_over_full(self.ROWS)], [3.5])

    def test_of_two_exporters(self) -> None:
        self.assertEqual([(item["case"], item["ratio"]) for item in report.exporters(self.ROWS)], [("net early", 1.05)])


class Tables(unittest.TestCase):
    def test_align_and_show_what_did_not_run_as_a_dash(self) -> None:
        rows = report.rows(
            [
                result("net full", "exeunt", "torch", 50),
                result("net full", "openvino", "torch", 105),
                result("net late", "exeunt", "torch", 60),
            ],
            OVERHEADS,
        )
        lines = report.table_text(rows, ("exeunt", "onnxruntime", "openvino")).splitlines()
        self.assertEqual(len({len(line) for line in lines[2:3]}), 1)
        self.assertIn("0.50", lines[2])
        self.assertNotIn("onnxruntime", lines[0])
        self.assertIn(" - ", lines[3] + " ")


if __name__ == "__main__":
    unittest.main()
