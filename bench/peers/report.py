"""Times to percentiles, ratios, tables and JSON. The standard library only.

The ratio of a case: Exeunt's p50 on that file of the case on which it is slowest, over the p50 of the fastest peer on the file on
which that peer is fastest; the call overhead is taken off both. It is the strictest of the choices there are.
"""

from __future__ import annotations

import math

OURS = "exeunt"


def percentile(values: list[float], percent: float) -> float:
    """The smallest value that at least `percent` % of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def summary(times_ns: list[int], overhead_us: float) -> dict[str, float]:
    """p50 and p99 in us without the overhead of a call."""
    return {f"p{p}_us": round(percentile(times_ns, p) / 1e3 - overhead_us, 2) for p in (50, 99)}


def column(engine: str, family: str, families: list[str]) -> str:
    """The engine's name in a case's `engines`: with the exporter behind it if it is not the case's first one."""
    return engine if family == families[0] else f"{engine}_{family}"


def is_ours(name: str) -> bool:
    return name.split("_")[0] == OURS


def best_peer(engines: dict[str, dict[str, float]]) -> str | None:
    peers = [name for name in engines if not is_ours(name)]
    return min(peers, key=lambda name: engines[name]["p50_us"], default=None)


def ratio(engines: dict[str, dict[str, float]]) -> float | None:
    """See above; None if Exeunt or every peer is missing."""
    ours = [times["p50_us"] for name, times in engines.items() if is_ours(name)]
    peer = best_peer(engines)
    return round(max(ours) / engines[peer]["p50_us"], 3) if ours and peer else None


def rows(results: list[dict], overheads: dict[str, float]) -> list[dict]:
    """`results`: {case, engine, api, family, times_ns}, in order. @return one row a case"""
    by_case: dict[str, list[dict]] = {}
    for result in results:
        by_case.setdefault(result["case"], []).append(result)
    table = []
    for case, members in by_case.items():
        families = list(dict.fromkeys(member["family"] for member in members))
        engines = {
            column(member["engine"], member["family"], families): summary(
                member["times_ns"], overheads[member["api"]]
            )
            for member in members
        }
        table.append(
            {
                "case": case,
                "families": families,
                "engines": engines,
                "best_peer": best_peer(engines),
                "ratio_to_best_peer": ratio(engines),
            }
        )
    return table


def exporters(table: list[dict]) -> list[dict]:
    """Exeunt on the files of two exporters, for the cases that have both."""
    found = []
    for row in table:
        ours = [name for name in row["engines"] if is_ours(name)]
        if len(ours) == 2:
            times = {f: row["engines"][n]["p50_us"] for f, n in zip(row["families"], ours)}
            low, high = sorted(times.values())
            found.append({"case": row["case"], "p50_us": times, "ratio": round(high / low, 3)})
    return found


def late_over_full(table: list[dict]) -> list[dict]:
    """What Exeunt's late path takes beyond its own network without exits, by file of the late path."""
    p50 = {row["case"]: row["engines"] for row in table}
    found = []
    for case, engines in p50.items():
        net, kind = case.rsplit(" ", 1)
        full = p50.get(f"{net} full", {}).get(OURS)
        if kind == "late" and full:
            found += [
                {
                    "net": net,
                    "engine": name,
                    "full_us": full["p50_us"],
                    "late_us": times["p50_us"],
                    "extra_us": round(times["p50_us"] - full["p50_us"], 2),
                }
                for name, times in engines.items()
                if is_ours(name)
            ]
    return found


def cell(times: dict[str, float] | None) -> tuple[str, str]:
    if times is None:
        return "-", ""
    return tuple(f"{times[key]:.1f}" if times[key] < 9999.95 else f"{times[key]:.0f}" for key in ("p50_us", "p99_us"))


def aligned(lines: list[list[str]], left: int) -> str:
    """Columns as wide as their widest cell; the first `left` of them flush left."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < left else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in lines
    )


def table_text(table: list[dict], engine_order: tuple[str, ...]) -> str:
    """One line a case and exporter; the ratio stands on the first line of a case."""
    present = {name.split("_")[0] for row in table for name in row["engines"]}
    order = [engine for engine in engine_order if engine in present]
    head = [["case", "files"], ["", "us"]]
    for engine in order:
        head[0] += ["", engine]
        head[1] += ["p50", "p99"]
    lines = [head[0] + ["best peer", "ratio"], head[1] + ["", ""]]
    for row in table:
        for number, family in enumerate(row["families"]):
            line = [row["case"] if number == 0 else "", family]
            for engine in order:
                line += cell(row["engines"].get(column(engine, family, row["families"])))
            first = number == 0 and row["ratio_to_best_peer"] is not None
            line += [row["best_peer"], f"{row['ratio_to_best_peer']:.2f}"] if first else ["", ""]
            lines.append(line)
    return aligned(lines, 2)


def text(report: dict, engine_order: tuple[str, ...]) -> str:
    """The whole report for people."""
    parts = [table_text(report["rows"], engine_order)]
    overheads = ", ".join(f"{api} {us:.2f}" for api, us in report["overheads_us"].items())
    parts.append(f"Taken off, the overhead of one call in us: {overheads}")
    for item in report["exporters"]:
        times = " / ".join(f"{family} {us:.1f}" for family, us in item["p50_us"].items())
        parts.append(f"Exeunt on {item['case']} by exporter, p50 us: {times}, ratio {item['ratio']:.3f}")
    for item in report["late_over_full"]:
        parts.append(
            f"Exeunt's late path of {item['net']} ({item['engine']}): {item['late_us']:.1f} us, "
            f"{item['extra_us']:+.1f} us on its network without exits"
        )
    reasons: dict[tuple[str, str], list[str]] = {}
    for item in report["not_run"]:
        reasons.setdefault((item["engine"], item["reason"]), []).append(item["case"])
    parts += [f"not run: {engine} on {', '.join(cases)}: {why}" for (engine, why), cases in reasons.items()]
    parts += [f"note: {note}" for note in report["notes"]]
    return "\n".join(parts)
