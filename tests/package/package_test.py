"""The installed package: what is in it, and that programs of its examples build and run on it.

Usage: package_test.py BUILD_FOLDER CMAKE CXX WORK_FOLDER
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import unittest
import zipfile
import zlib
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2]
DIGITS = SOURCES / "models" / "digits"
MODEL = DIGITS / "lenet_digits.onnx"
DATA = f"npz:{DIGITS / 'digits_test.npz'}"
BUILD, CMAKE, CXX, WORK = Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])
PREFIX = WORK / "moved"
PROGRAMS = WORK / "examples"


def run(*words: object, **settings) -> str:
    """What a program says that must succeed, in silence on standard error."""
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=300, **settings)
    if done.returncode != 0:
        raise AssertionError(f"{words[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def setUpModule() -> None:
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    run(CMAKE, "--install", BUILD, "--prefix", WORK / "installed", "--strip")
    # Nothing in it may remember where it was put.
    (WORK / "installed").rename(PREFIX)
    examples = PREFIX / "share" / "doc" / "exeunt" / "examples"
    warnings = [f"-DCMAKE_{language}_FLAGS=-Wall -Wextra -Wpedantic -Werror" for language in ("C", "CXX")]
    where = [f"-DCMAKE_PREFIX_PATH={PREFIX}", f"-DCMAKE_CXX_COMPILER={CXX}"]
    run(CMAKE, "-S", examples, "-B", PROGRAMS, *where, *warnings)
    run(CMAKE, "--build", PROGRAMS, "--parallel", "2")


def tearDownModule() -> None:
    shutil.rmtree(WORK, ignore_errors=True)


def test_pictures(count: int) -> bytes:
    """The first test pictures of the digits, 8x8 bytes each; the file holds its arrays uncompressed."""
    with zipfile.ZipFile(DIGITS / "digits_test.npz") as file:
        array = file.read("x.npy")
    header = 10 + struct.unpack("<H", array[8:10])[0]
    return array[header : header + 64 * count]


def portable_grey_png(pixels: bytes, path: Path) -> None:
    """Writes 8x8 bytes as a grey PNG."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + pixels[y * 8 : y * 8 + 8] for y in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


def expected_exits() -> list[int]:
    with zipfile.ZipFile(DIGITS / "expected.npz") as file:
        array = file.read("exit.npy")
    return list(array[-600:])


class InstalledFiles(unittest.TestCase):
    def test_program_runs_where_it_was_moved_to(self):
        out = run(PREFIX / "bin" / "exeunt", "eval", MODEL, "--data", DATA, "--limit", "50")
        self.assertIn("exit 0", out)

    def test_every_public_header_compiles_alone(self):
        headers = sorted(path.relative_to(PREFIX / "include") for path in (PREFIX / "include").rglob("*.h"))
        self.assertIn(Path("exeunt.h"), headers)
        self.assertIn(Path("exeunt/session.h"), headers)
        flags = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{PREFIX / 'include'}"]
        for header in headers:
            with self.subTest(header=header):
                run(CXX, *flags, "-x", "c++", "-", input=f"#include <{header}>\nint main() {{}}\n")

    def test_nothing_names_the_folder_of_the_build(self):
        for path in PREFIX.rglob("*"):
            if path.is_file() and path.suffix in {".cmake", ".pc", ".h", ".md"}:
                self.assertNotIn(str(BUILD), path.read_text(), path)
                self.assertNotIn(str(WORK), path.read_text(), path)

    def test_runtime_library_needs_the_standard_library_only(self):
        needed = run("readelf", "--dynamic", PROGRAMS / "device")
        libraries = {line.split("[")[1].rstrip("]") for line in needed.splitlines() if "(NEEDED)" in line}
        known = ("libstdc++", "libm.", "libgcc_s", "libc.", "ld-linux")
        self.assertEqual([name for name in libraries if not name.startswith(known)], [])


class Examples(unittest.TestCase):
    def test_classify_takes_pictures(self):
        pictures = []
        for i in range(3):
            path = WORK / f"{i}.png"
            portable_grey_png(test_pictures(i + 1)[64 * i :], path)
            pictures.append(path)
        lines = run(PROGRAMS / "classify", MODEL, *pictures).splitlines()
        self.assertEqual(len(lines), len(pictures))
        for line, path, exit_taken in zip(lines, pictures, expected_exits()):
            self.assertRegex(line, rf"{path.name}: class \d \(\d+\.\d %\), exit {exit_taken}")

    def test_threads_take_the_exits_of_the_whole_test_set(self):
        out = run(PROGRAMS / "threads", MODEL, DATA, 3)
        self.assertIn("exit 0: 565 samples\nexit 1: 35 samples\n600 samples", out)

    def test_latency_bins_every_run(self):
        out = run(PROGRAMS / "latency", MODEL, "1", "0.05", DATA)
        *bins, summary = out.splitlines()
        counted = sum(int(line.split()[2]) for line in bins)
        self.assertEqual(counted, int(summary.split()[0]))
        self.assertRegex(summary, r"median \d+\.\d+ us")

    def test_c_program_takes_the_exits_of_the_test_set(self):
        samples = WORK / "samples.f32"
        samples.write_bytes(struct.pack(f"<{64 * 600}f", *test_pictures(600)))
        lines = run(PROGRAMS / "classify_c", MODEL, samples).splitlines()
        self.assertEqual([int(line.split()[-1]) for line in lines], expected_exits())

    def test_device_runs_a_plan_and_refuses_a_model(self):
        plan = WORK / "digits.plan"
        run(PREFIX / "bin" / "exeunt", "build", MODEL, "--runtime-only", "--deterministic", "-o", plan)
        self.assertRegex(run(PROGRAMS / "device", plan), r"exit [01] of 2")
        refused = subprocess.run([PROGRAMS / "device", MODEL], capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("lenet_digits.onnx", refused.stderr)

    def test_errors_are_said_on_standard_error(self):
        for name in ("classify", "threads", "latency"):
            refused = subprocess.run([PROGRAMS / name, "missing.onnx", "0"], capture_output=True, text=True)
            self.assertEqual(refused.returncode, 1, name)
            self.assertIn("error: missing.onnx: there is no such file", refused.stderr)


class PkgConfig(unittest.TestCase):
    def flags(self, name: str) -> list[str]:
        folder = next(PREFIX.rglob(f"{name}.pc")).parent
        return run("pkg-config", "--cflags", "--libs", name, env={**os.environ, "PKG_CONFIG_PATH": str(folder)}).split()

    def test_builds_programs_without_cmake(self):
        library = next(PREFIX.rglob("libexeunt.so")).parent
        for name, source in (("exeunt", "classify.cc"), ("exeunt-runtime", "device.cc")):
            program = WORK / f"by_{name}"
            flags = [*self.flags(name), f"-Wl,-rpath,{library}"]
            run(CXX, "-std=c++20", SOURCES / "examples" / source, "-o", program, *flags)
            self.assertEqual(subprocess.run([program], capture_output=True).returncode, 2, "says how it is used")


class FoundByCMake(unittest.TestCase):
    def configure(self, call: str) -> subprocess.CompletedProcess:
        folder = WORK / "found"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        project = f"cmake_minimum_required(VERSION 3.25)\nproject(found LANGUAGES CXX)\n{call}\n"
        (folder / "CMakeLists.txt").write_text(project)
        where = [f"-DCMAKE_PREFIX_PATH={PREFIX}", f"-DCMAKE_CXX_COMPILER={CXX}"]
        return subprocess.run([CMAKE, "-S", folder, "-B", folder / "b", *where], capture_output=True, text=True)

    def test_components_and_versions(self):
        self.assertEqual(self.configure("find_package(exeunt REQUIRED COMPONENTS runtime exeunt)").returncode, 0)
        self.assertIn("cuda", self.configure("find_package(exeunt REQUIRED COMPONENTS cuda)").stderr)
        self.assertIn("99.0", self.configure("find_package(exeunt 99.0 REQUIRED)").stderr)


class Packages(unittest.TestCase):
    def pack(self, kind: str, pattern: str) -> Path:
        folder = WORK / kind
        run(Path(CMAKE).with_name("cpack"), "-G", kind, "-B", folder, "--config", BUILD / "CPackConfig.cmake")
        return next(folder.glob(pattern))

    def test_tarball_unpacks_anywhere_and_runs(self):
        (WORK / "unpacked").mkdir()
        run("tar", "-xf", self.pack("TGZ", "*.tar.gz"), "-C", WORK / "unpacked")
        program = next((WORK / "unpacked").rglob("bin/exeunt"))
        self.assertIn("exeunt", run(program, "--version"))

    @unittest.skipUnless(shutil.which("dpkg-deb") and shutil.which("dpkg-shlibdeps"), "no Debian tools here")
    def test_debian_package_depends_on_what_its_files_need(self):
        package = self.pack("DEB", "*.deb")
        depends = run("dpkg-deb", "--field", package, "Depends")
        for library in ("libc6", "libdnnl", "libprotobuf", "libonnx", "libpng", "libzip", "libturbojpeg", "libfmt"):
            self.assertIn(library, depends)
        self.assertNotIn("exeunt", depends)
        names = run("dpkg-deb", "--contents", package)
        for name in ("bin/exeunt", "include/exeunt.h", "libexeunt.so", "libexeunt_runtime.a", "exeunt.pc"):
            self.assertIn(name, names)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
