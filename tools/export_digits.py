#!/usr/bin/env python3
"""Writes the demo digits to models/digits/digits_{train,test}.npz.

The images are the 1,797 handwritten digits that scikit-learn ships. Each file
holds `x`, uint8 [N, 1, 8, 8] with values 0..16, and `y`, uint8 [N]. Running it
again gives the same bytes.

    python -m venv venv
    venv/bin/pip install -r python/train/requirements.txt
    venv/bin/python tools/export_digits.py

It takes seconds. The two files are kept in the repository, so neither the build
nor the tests need it.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

DEFAULT_OUT = Path(__file__).resolve().parent.parent / "models" / "digits"
TEST_IMAGES = 600
SEED = 1998


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    # Stored, not deflated: compressed bytes differ between zlib builds.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = 0o644 << 16
            data = io.BytesIO()
            np.lib.format.write_array(data, np.ascontiguousarray(array), version=(1, 0))
            archive.writestr(member, data.getvalue())


def split_digits() -> dict[str, dict[str, np.ndarray]]:
    images, labels = load_digits(return_X_y=True)
    x = images.astype(np.uint8).reshape(-1, 1, 8, 8)
    y = labels.astype(np.uint8)
    if not np.array_equal(x.reshape(images.shape), images):
        raise SystemExit("the digits are not whole numbers that fit a byte")
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=TEST_IMAGES, stratify=y, random_state=SEED
    )
    return {"train": {"x": x_train, "y": y_train}, "test": {"x": x_test, "y": y_test}}


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the demo digits as NPZ files.")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder to write to")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for part, arrays in split_digits().items():
        path = out / f"digits_{part}.npz"
        write_npz(path, arrays)
        print(f"{path.name}: {len(arrays['y'])} images, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
