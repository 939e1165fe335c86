#!/usr/bin/env python3
"""Writes docs/operators.md from the converter tables in src/onnx; with --check, fails if it is out of date."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/operators.md"
FAMILIES = {"activation": "Activation functions", "data": "Indices and rearrangement",
            "elementwise": "Element by element", "network": "Networks", "normalize": "Normalisation", "pool": "Pooling",
            "quantize": "Quantisation", "reduce": "Reductions", "resize": "Images",
            "shape": "Shapes and moving data"}
ROW = re.compile(r'\{"(\w+)", convert_\w+\}')

HEAD = """# Operators

ONNX operators that Exeunt reads, opset 11 to 23, made by `tools/list_operators.py`. Operands that give shapes, axes or bounds must be constant or
follow from shapes. `If` is lifted to decisions and exits: see [exits.md](exits.md). `Loop` is unrolled, so the number of its steps must be known, and `Range` and
`NonZero` need constant operands. Functions of the model itself are inlined. Anything else is refused when the file is read,
with the name, opset and reason of every such node.
"""


def page() -> str:
    text = HEAD
    for path in sorted((ROOT / "src/onnx").glob("convert_*.cc")):
        if path.stem.endswith("_test"):
            continue
        family = path.stem.removeprefix("convert_")
        names = sorted(set(ROW.findall(path.read_text())))
        text += f"\n## {FAMILIES.get(family, family.capitalize())}\n\n" + ", ".join(f"`{n}`" for n in names) + "\n"
    return text


def main() -> int:
    if "--check" not in sys.argv:
        PAGE.write_text(page())
        return 0
    if PAGE.exists() and PAGE.read_text() == page():
        return 0
    print("docs/operators.md is out of date: run tools/list_operators.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
