"""What make_torch.py and make_keras.py share: cleaning ONNX files, ONNX Runtime's answers, checks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from google.protobuf.message import Message

SAMPLES = 16
MARGIN = 1e-3  # no score comes nearer to the threshold
TOLERANCE = 1e-4  # between ONNX Runtime and the framework
MAX_BYTES = 1_000_000
PRIVATE = (b"/work", b"/tmp", b"/root", b"/home", b"site-packages")


def pictures(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Pictures of different contrast, coarse and fine grain, in steps of 1/16 so that they pack well."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(SAMPLES):
        coarse = np.kron(rng.normal(size=(shape[0], -(-shape[1] // 8), -(-shape[2] // 8))), np.ones((1, 8, 8)))
        grain, contrast = rng.uniform(0.2, 1.0), rng.uniform(0.3, 2.0)
        picture = coarse[:, : shape[1], : shape[2]] + grain * rng.normal(size=shape)
        rows.append(contrast * picture + rng.normal(size=(shape[0], 1, 1)))
    return (np.round(np.stack(rows) * 16) / 16).astype(np.float32)


def threshold_between(scores: np.ndarray) -> float:
    """The middle of the widest gap among the middle scores."""
    scores = np.sort(np.ravel(scores).astype(np.float64))
    middle = slice(SAMPLES // 2 - 3, SAMPLES // 2 + 3)
    low, high = scores[middle], scores[1:][middle]
    at = int(np.argmax(high - low))
    threshold = round(float(low[at] + high[at]) / 2, 4)
    if np.abs(scores - threshold).min() < MARGIN:
        raise SystemExit(f"scores are too close: {scores}")
    return threshold


def strip(message: Message) -> None:
    """Clears the exporter's notes (source paths, stack traces) at every depth."""
    for field, value in message.ListFields():
        if field.name in ("metadata_props", "doc_string"):
            message.ClearField(field.name)
        elif field.message_type is not None:
            for child in [value] if isinstance(value, Message) else value:
                strip(child)


def save(model: onnx.ModelProto, path: Path) -> None:
    strip(model)
    onnx.checker.check_model(model, full_check=True)
    data = model.SerializeToString(deterministic=True)
    found = [text.decode() for text in PRIVATE if text in data]
    if found or len(data) > MAX_BYTES:
        raise SystemExit(f"{path.name}: {len(data)} bytes, holds {found}")
    path.write_bytes(data)


def answers(path: Path, x: np.ndarray) -> list[np.ndarray]:
    """Each output of the file for the samples one by one, stacked; a batch axis of 1 becomes the samples'."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    runner = ort.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    name = runner.get_inputs()[0].name
    rows = [runner.run(None, {name: sample[None]}) for sample in x]
    return [np.stack([np.asarray(row[i]) for row in rows]) for i in range(len(rows[0]))]


def record(path: Path, x: np.ndarray, expected: np.ndarray, expected_exit: np.ndarray | None) -> None:
    """Writes NAME.npz beside the file; stops when ONNX Runtime does not answer what the framework does."""
    outputs = answers(path, x)
    arrays = {"x": x} | {f"output{i}": output for i, output in enumerate(outputs)}
    error = np.abs(outputs[0].reshape(expected.shape) - expected).max()
    if error > TOLERANCE:
        raise SystemExit(f"{path.name}: {error:.1e} away from the framework's answers")
    note = ""
    if expected_exit is not None:
        arrays["exit"] = np.ravel(outputs[1]).astype(np.int8)
        if not np.array_equal(arrays["exit"], expected_exit) or len(set(arrays["exit"])) != 2:
            raise SystemExit(f"{path.name}: exits {arrays['exit']} instead of {expected_exit}")
        note = f", {np.sum(arrays['exit'] == 0)} of {len(x)} leave early"
    np.savez_compressed(path.with_suffix(".npz"), **arrays)
    print(f"{path.name}: {path.stat().st_size} bytes, {error:.1e} away{note}", flush=True)
