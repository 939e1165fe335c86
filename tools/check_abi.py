#!/usr/bin/env python3
"""Checks what the shared library shows to programs.

Usage: tools/check_abi.py [--update] LIBRARY PRINTER GOLDEN [NM]
  PRINTER  a program that prints what exeunt.h has compiled into programs: sizes, places, numbers
  GOLDEN   those lines and the exported functions of the C API, as released; --update writes it anew

The library exports exeunt_* and what is in namespace exeunt, and nothing else; and it takes no stream of the standard
library's, for it never prints. Prints a line a violation and exits 1 if there are any.
"""

import difflib
import subprocess
import sys
from pathlib import Path

# What a library that prints would take from the C and C++ libraries.
STREAMS = ("stdout", "stderr", "std::cout", "std::cerr", "std::clog")
PRINTING = (*STREAMS, "printf", "__printf_chk", "vprintf", "__vprintf_chk", "puts", "putchar", "perror", "psignal")
OURS = ("exeunt::", "typeinfo for exeunt::", "typeinfo name for exeunt::", "vtable for exeunt::")


def symbols(nm: str, library: Path, which: str) -> list[str]:
    """Names of the dynamic symbols of one kind, demangled, versions cut off."""
    command = [nm, "--dynamic", "--demangle", which, "--format=posix", library]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    names = []
    for line in lines:
        # NAME TYPE [VALUE SIZE]; a demangled name has spaces.
        words = line.split(" ")
        end = max(i for i, word in enumerate(words) if len(word) == 1 and word.isalpha() and i > 0)
        names.append(" ".join(words[:end]).split("@")[0])
    return names


def is_ours(name: str) -> bool:
    # Of a template "TYPE exeunt::..." the type is in front.
    return name.startswith(OURS) or any(word.startswith("exeunt::") for word in name.split("(")[0].split(" "))


def main() -> int:
    words = [word for word in sys.argv[1:] if word != "--update"]
    library, printer, golden = map(Path, words[:3])
    nm = words[3] if len(words) > 3 else "nm"
    exported = symbols(nm, library, "--defined-only")
    functions = sorted(name for name in exported if name.startswith("exeunt_"))
    printed = subprocess.run([printer], check=True, capture_output=True, text=True).stdout.splitlines()
    lines = [*printed, *(f"function {name}" for name in functions)]
    if "--update" in sys.argv:
        golden.write_text("\n".join(lines) + "\n")
        return 0

    problems = [
        f"{library.name} exports {name}: neither exeunt_* nor in namespace exeunt"
        for name in exported
        if not name.startswith("exeunt_") and not is_ours(name)
    ]
    problems += [
        f"{library.name} takes {name}: the library reports by exceptions and the log callback, it never prints"
        for name in symbols(nm, library, "--undefined-only")
        if name in PRINTING
    ]
    difference = list(difflib.unified_diff(golden.read_text().splitlines(), lines, golden.name, "now", lineterm="", n=0))
    if difference:
        problems.append("the C ABI is not the released one; what is new may be added with --update, nothing may change:")
        problems += difference
    print("\n".join(problems) or f"{len(functions)} functions, as in {golden.name}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
