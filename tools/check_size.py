#!/usr/bin/env python3
"""Checks that a program is small without its symbols.

Usage: tools/check_size.py PROGRAM BYTES [STRIP]. Prints the size and exits 1 if it is above BYTES.
"""

import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    program, most = Path(sys.argv[1]), int(sys.argv[2])
    strip = sys.argv[3] if len(sys.argv) > 3 else "strip"
    with tempfile.TemporaryDirectory() as folder:
        stripped = Path(folder) / program.name
        subprocess.run([strip, "-o", stripped, program], check=True)
        size = stripped.stat().st_size
    print(f"{program.name}: {size} bytes stripped; {most} are allowed")
    return 0 if size <= most else 1


if __name__ == "__main__":
    sys.exit(main())
