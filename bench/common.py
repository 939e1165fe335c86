"""What the benchmarks of the installed package share: the package, a program built on it, and plans of a network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRECISIONS = ("fp32", "half", "int8", "best")


def default_models() -> Path:
    return Path(os.environ.get("EXEUNT_SHARED", ROOT.parent / "shared")) / "models"


def say(text: str) -> None:
    """Progress, on a terminal only; "" wipes it."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def run(*words: object) -> str:
    done = subprocess.run([*map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"error: {' '.join(map(str, words))}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def build_release(*targets: str) -> Path:
    """@return the folder that holds them"""
    if subprocess.run([ROOT / "scripts" / "build", "release", *targets], stdout=sys.stderr).returncode != 0:
        raise SystemExit("error: Exeunt cannot be built")
    return ROOT / "build" / "release"


class Tools:
    """The command line of the installed package, and examples/latency built on it."""

    def __init__(self, work: Path):
        built = build_release("exeunt_cli", "exeunt_runtime_only")
        say("installing the package, building a program on it")
        prefix, programs = work / "installed", work / "examples"
        run("cmake", "--install", built, "--prefix", prefix)
        run("cmake", "-S", ROOT / "examples", "-B", programs, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
        run("cmake", "--build", programs, "--target", "latency")
        self.exeunt, self.program = prefix / "bin" / "exeunt", programs / "latency"

    def exits(self, model: Path) -> int:
        return len(json.loads(run(self.exeunt, "inspect", model, "--stage", "graph", "--json"))["exits"])

    def build_plans(self, model: Path, source: str, folder: Path) -> dict[str, Path]:
        """A plan of each precision, with times of kernels in common."""
        table, cache = folder / f"{model.stem}.calib.json", folder / f"{model.stem}.times.json"
        plans = {}
        for number, precision in enumerate(PRECISIONS):
            say(f"{model.stem}: building {precision}")
            plans[precision] = folder / f"{model.stem}_{precision}.plan"
            ranges = ["--calib-table", table] + (["--calib", source, "--calib-limit", 256] if number == 0 else [])
            options = ["--precision", precision, "--timing-cache", cache, *ranges]
            run(self.exeunt, "build", model, "-o", plans[precision], *options)
        return plans

    def bench_us(self, plan: Path, path: object, seconds: float, data: str = "") -> dict[str, float]:
        """The middle and the mean of runs by `exeunt bench`, to an exit or along the mix."""
        words = ["--exit", path, "--duration", seconds, "--warmup", 100 * seconds, "--json"]
        said = json.loads(run(self.exeunt, "bench", plan, *words, *(["--data", data] if data else [])))
        return {"median": said["latency_us"]["p50"], "mean": said["latency_us"]["mean"]}

    def program_us(self, plan: Path, path: object, seconds: float, data: str = "") -> dict[str, float]:
        """The same by a plain loop around Session::run in a program of its own."""
        said = run(self.program, plan, path, seconds, *([data] if data else []))
        return {word: float(re.search(rf"{word} ([\d.]+) us", said)[1]) for word in ("median", "mean")}


def test_pictures(models: Path) -> str:
    """The test batch of CIFAR-10 beside the models, as --data takes it; "" where it is not there."""
    data = models.parent / "data" / "cifar10"
    return f"cifar10:{data}:test" if (data / "test_batch.bin").exists() else ""
