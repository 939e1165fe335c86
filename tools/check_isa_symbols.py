#!/usr/bin/env python3
"""Keeps wide instructions out of shared inline functions: check_isa_symbols.py LIBRARY

Files of src/cpu/isa are compiled for one instruction set each. A function that they instantiate and other files too is
merged by the linker, and the copy that is left may be the one that older machines cannot run. So every weak symbol of
such a file must name the set's own vector type.
"""

import re
import subprocess
import sys

VECTORS = {"avx512": "Avx512", "avx2": "Avx2"}


def main() -> int:
    library = sys.argv[1]
    listing = subprocess.run(["nm", "--demangle", "--defined-only", library], capture_output=True, text=True, check=True)
    wrong = []
    vector = None
    seen = set()
    for line in listing.stdout.splitlines():
        if line.endswith(":"):
            name = re.match(r"(\w+)\.cc\.o:$", line)
            vector = VECTORS.get(name.group(1)) if name else None
            if vector:
                seen.add(vector)
            continue
        symbol = re.match(r"\S+ ([WwVvu]) (.*)", line)
        # A reference to the exception handler of the standard library is no code.
        if symbol and symbol.group(2).startswith("DW.ref."):
            continue
        if vector and symbol and vector not in symbol.group(2):
            wrong.append(f"{vector}: {symbol.group(2)}")
    if seen != set(VECTORS.values()):
        print(f"error: {library} does not hold the files of all instruction sets", file=sys.stderr)
        return 1
    for symbol in wrong:
        print(f"error: a weak symbol without its vector type: {symbol}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
