"""Workers in turns: one program an engine and case, all on one core, one of them running at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PRIORITY = 10


@dataclass(frozen=True)
class Effort:
    """How long a worker is timed: `turns` bursts of about `burst_ms` (at least `least` runs)."""

    turns: int
    burst_ms: float
    least: int = 4
    most: int = 2000

    def runs(self, one_run_ns: float) -> int:
        return int(min(self.most, max(self.least, self.burst_ms * 1e6 / one_run_ns)))


FULL = Effort(turns=80, burst_ms=25)
QUICK = Effort(turns=20, burst_ms=12)


class WorkerError(Exception):
    """A worker did not start or died; the message is its last line on standard error."""


@dataclass
class Worker:
    """A running program that speaks the lines of exeunt_worker.cc."""

    command: list[str]
    log: Path
    version: str = ""
    times_ns: list[int] = field(default_factory=list)
    runs: int = 0

    def __post_init__(self) -> None:
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        word, _, self.version = self.read().partition(" ")
        if word != "ready":
            raise WorkerError(f"said '{word}' instead of 'ready'")

    def read(self) -> str:
        line = self.process.stdout.readline()
        if not line.endswith("\n"):
            code = self.process.wait()
            said = self.log.read_text(errors="replace").strip().splitlines()
            raise WorkerError(said[-1] if said else f"ended with {code} and no word")
        return line.strip()

    def ask(self, line: str) -> list[str]:
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # read() says why
        return self.read().split()

    def answer(self, sample: int) -> list[float]:
        return [float(word) for word in self.ask(f"answer {sample}")]

    def probe(self, effort: Effort) -> None:
        """Decides how many runs make a burst, from a few of them."""
        first = sorted(map(int, self.ask("run 2 3 0")))[1]
        again = sorted(map(int, self.ask(f"run 0 {effort.runs(first)} 0")))
        self.runs = effort.runs(again[len(again) // 2])

    def turn(self, sample: int) -> None:
        """One burst. Runs before it bring caches and clock to where they are when the engine has the core to itself."""
        warm = max(2, self.runs // 8)
        self.times_ns += map(int, self.ask(f"run {warm} {self.runs} {sample}"))

    def stop(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def peer_command(api: str, model: Path, samples: Path, shape: str, precision: str) -> list[str]:
    return [sys.executable, str(HERE / "worker.py"), api, str(model), str(samples), shape, precision]


def run_in_turns(workers: list[Worker], effort: Effort, say) -> None:
    """All workers burst after burst on the same samples; each turn begins with another one."""
    for worker in workers:
        worker.probe(effort)
    for turn in range(effort.turns):
        say(f"turn {turn + 1} of {effort.turns}")
        first = turn % max(1, len(workers))
        for worker in workers[first:] + workers[:first]:
            worker.turn(turn)


def hold_core(core: int | None) -> tuple[int, bool]:
    """Pins this program and what it starts to one core, before everything else there if that is allowed.

    @return the core, and whether the priority was granted
    """
    allowed = sorted(os.sched_getaffinity(0))
    chosen = allowed[0] if core is None else core
    if chosen not in allowed:
        raise SystemExit(f"error: core {chosen} is not among those of this program, {allowed}: choose one of them")
    os.sched_setaffinity(0, {chosen})
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
    except PermissionError:
        return chosen, False
    return chosen, True
