#!/usr/bin/env python3
"""Checks that includes follow the data path: a folder sees only the folders above it (docs/data-path.md).

Usage: tools/check_includes.py [ROOT]. Prints one line a violation and exits 1 if there are any.
"""

import re
import sys
from pathlib import Path

# Folder -> folders of src/ it may include besides itself. "exeunt" and "exeunt/tools" are the public headers.
ALLOWED = {
    "base": {"exeunt"},
    "ops": {"base", "exeunt"},
    "graph": {"base", "ops", "exeunt"},
    "onnx": {"base", "ops", "graph", "exeunt"},
    "passes": {"base", "ops", "graph", "exeunt"},
    "quant": {"base", "ops", "graph", "exeunt", "exeunt/tools"},
    "plan": {"base", "ops", "graph", "exeunt"},
    "diagnose": {"base", "ops", "graph", "onnx", "plan", "exeunt", "exeunt/tools"},
    "exec": {"base", "ops", "graph", "plan", "exeunt"},
    "ref": {"base", "ops", "graph", "plan", "exeunt"},
    "cpu": {"base", "ops", "graph", "plan", "exeunt"},
    "engine/runtime": {"base", "plan", "exec", "cpu", "exeunt", "exeunt/tools"},
    "engine/compile": {"base", "ops", "graph", "onnx", "passes", "quant", "plan", "diagnose", "exec", "ref", "cpu",
                       "engine/runtime", "exeunt", "exeunt/tools"},
    "engine/device": {"base", "plan", "ref", "cpu", "engine/runtime", "exeunt"},
    "data": {"base", "exeunt", "exeunt/tools"},
    "compose": {"base", "ops", "graph", "onnx", "exeunt", "exeunt/tools"},
    "tune": {"base", "exeunt", "exeunt/tools"},
    "report": {"base", "exeunt", "exeunt/tools"},
    "c_api": {"base", "exeunt", "exeunt/tools"},
}
# Test programs may also use what lies below them to build their cases.
TEST_EXTRA = {"diagnose": {"passes", "cpu", "ref"}, "exec": {"ref"}, "tune": {"data"}, "engine/compile": {"tune", "data"}}
PUBLIC_HEADERS_MAY_INCLUDE = {"exeunt"}
LIBRARY_FOLDERS = sorted(ALLOWED, key=len, reverse=True)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path: str) -> str | None:
    """The folder of src/ that `path`, relative to src/, lies in."""
    return next((f for f in LIBRARY_FOLDERS if path.startswith(f + "/")), None)


def target_of(bracket: str, include: str) -> str | None:
    """What an include refers to, or None for the standard library and other projects."""
    if include.startswith("exeunt/tools/"):
        return "exeunt/tools"
    if include.startswith("exeunt/"):
        return "exeunt"
    return folder_of(include) if bracket == '"' else None


def includes(path: Path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1], match[2]


def check_library(root: Path):
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in {".h", ".cc"}:
            continue
        folder = folder_of(path.relative_to(root / "src").as_posix())
        allowed = ALLOWED.get(folder, set()) | {folder}
        if path.stem.endswith("_test"):
            allowed = allowed | TEST_EXTRA.get(folder, set())
        for number, bracket, include in includes(path):
            target = target_of(bracket, include)
            if target is not None and target not in allowed:
                yield f"{path.relative_to(root)}:{number}: {folder} must not include {include}"


def check_users(root: Path, folder: str):
    """The command line and the benchmarks see the public headers only."""
    for path in sorted((root / folder).rglob("*")):
        if path.suffix not in {".h", ".cc"}:
            continue
        for number, bracket, include in includes(path):
            if bracket == '"' and folder_of(include) is not None:
                yield f"{path.relative_to(root)}:{number}: {folder} sees public headers only, not {include}"


def check_public(root: Path):
    for path in sorted((root / "include/exeunt").rglob("*.h")):
        if "\nnamespace exeunt {" in path.read_text():
            yield f"{path.relative_to(root)}: what it declares stays hidden in the library; write namespace EXEUNT_API exeunt"
        tools = "tools" in path.relative_to(root / "include/exeunt").parts
        allowed = PUBLIC_HEADERS_MAY_INCLUDE | ({"exeunt/tools"} if tools else set())
        for number, bracket, include in includes(path):
            target = target_of(bracket, include)
            if bracket == '"' or (target or "exeunt") not in allowed or (target is None and include.endswith(".h")):
                yield f"{path.relative_to(root)}:{number}: a public header includes the standard library and <exeunt/...> only"


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    problems = [*check_library(root), *check_users(root, "cli"), *check_users(root, "bench"), *check_public(root)]
    print("\n".join(problems) or "includes follow the data path")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
