#!/usr/bin/env python3
"""Writes the parts that tests/composed_test.cc composes, and what ONNX Runtime answers to the composed models.

The demo network of models/digits is cut into a trunk in two pieces, its early head and its rest; a head between them is
fitted here (a ridge regression on the mean of each channel). `exeunt compose` joins them under each rule of RULES,
ONNX Runtime runs the result on the first test images, and its exits must be those that NumPy computes from the heads'
answers and the definitions in docs/exits.md. `expected.npz` holds `heads` f32 [3,N,10], what the parts answer one after
another, and for each rule `exit_RULE` i8 [N].

    python3.11 -m venv venv && venv/bin/pip install -r tests/composed/requirements.txt
    venv/bin/python tests/composed/make.py --exeunt build/release/exeunt

It takes seconds. With --check nothing is written: the composed models are compared with what is there.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/composed"
DIGITS = ROOT / "models/digits"
SAMPLES = 200
EDGE = 1e-4  # no score comes nearer to its threshold

# Name: criterion, threshold and temperature of each decision, as the command line takes them.
RULES = {
    "max_prob": ("max_prob", "0.8", "1"),
    "max_prob_cool": ("max_prob", "0.9,0.6", "0.5"),
    "margin": ("margin", "0.85,0.4", "1"),
    "margin_warm": ("margin", "0.6,0.15", "1.5"),
    "entropy": ("entropy", "0.85,0.3", "1"),
    "entropy_warm": ("entropy", "0.6,0.1", "1.5"),
    "patience": ("patience", "1", "1"),
    "mixed": ("margin,patience", "0.95,1", "1"),
}


def session(model: Path | bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    content = model if isinstance(model, bytes) else model.read_bytes()
    return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def run(model: Path | bytes, x: np.ndarray) -> list[np.ndarray]:
    """The outputs for the samples one by one, stacked."""
    runner = session(model)
    name = runner.get_inputs()[0].name
    rows = [runner.run(None, {name: sample[None]}) for sample in x]
    return [np.concatenate([row[i] for row in rows]) for i in range(len(rows[0]))]


def save_part(name: str, nodes, weights, source: str, source_shape, result: str, result_shape) -> Path:
    used = {operand for node in nodes for operand in node.input}
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(source, onnx.TensorProto.FLOAT, source_shape)],
        [helper.make_tensor_value_info(result, onnx.TensorProto.FLOAT, result_shape)],
        [weight for weight in weights if weight.name in used],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    model.producer_name = ""
    onnx.checker.check_model(model, full_check=True)
    path = HERE / f"{name}.onnx"
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path


def clean(nodes):
    kept = []
    for node in nodes:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.ClearField("doc_string")
        copy.ClearField("metadata_props")
        kept.append(copy)
    return kept


def fit_head(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ridge regression to 0 and 1, sharpened to logits."""
    design = np.hstack([features, np.ones((len(features), 1))]).astype(np.float64)
    targets = np.eye(10)[labels]
    solution = np.linalg.solve(design.T @ design + 0.1 * np.eye(design.shape[1]), design.T @ targets)
    solution *= 6
    return solution[:-1].astype(np.float32), solution[-1].astype(np.float32)


def make_parts() -> None:
    model = onnx.load(DIGITS / "lenet_digits.onnx")
    branch = next(node for node in model.graph.node if node.op_type == "If")
    arms = {attribute.name: attribute.g for attribute in branch.attribute}
    outer, inner = clean(model.graph.node), clean(arms["else_branch"].node)
    weights = [*model.graph.initializer, *arms["else_branch"].initializer]
    kinds = [node.op_type for node in outer]
    pooled = outer[kinds.index("MaxPool")].output[0]
    deep = next(node.output[0] for node in inner if node.op_type == "MaxPool")
    at = next(i for i, node in enumerate(inner) if node.op_type == "MaxPool") + 1
    head_end = kinds.index("Softmax") + 1
    save_part("common", outer[: kinds.index("MaxPool") + 1], weights, "image", [1, 1, 8, 8], pooled, [1, 8, 4, 4])
    save_part("branch1", outer[kinds.index("MaxPool") + 1 : head_end], weights, pooled, [1, 8, 4, 4],
              outer[head_end - 1].output[0], [1, 10])
    save_part("second", inner[:at], weights, pooled, [1, 8, 4, 4], deep, [1, 64, 2, 2])
    last = next(node for node in inner if node.op_type == "Softmax")
    save_part("rest", inner[at : list(inner).index(last) + 1], weights, deep, [1, 64, 2, 2], last.output[0], [1, 10])

    train = np.load(DIGITS / "digits_train.npz")
    maps = run(HERE / "second.onnx", run(HERE / "common.onnx", train["x"].astype(np.float32))[0])[0]
    weight, bias = fit_head(maps.mean(axis=(2, 3)), train["y"])
    nodes = [
        helper.make_node("GlobalAveragePool", ["x"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weight", "bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["y"]),
    ]
    save_part("branch2", nodes, [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")], "x",
              [1, 64, 2, 2], "y", [1, 10])


def answers_of_heads(x: np.ndarray) -> np.ndarray:
    trunk = run(HERE / "common.onnx", x)[0]
    deep = run(HERE / "second.onnx", trunk)[0]
    return np.stack([run(HERE / "branch1.onnx", trunk)[0], run(HERE / "branch2.onnx", deep)[0],
                     run(HERE / "rest.onnx", deep)[0]])


def scores(heads: np.ndarray, exit_: int, criterion: str, temperature: float) -> np.ndarray:
    """What docs/exits.md says, in f64."""
    if criterion == "patience":
        agreeing = np.ones(heads.shape[1])
        for i in range(1, exit_ + 1):
            agreeing = np.where(heads[i].argmax(1) == heads[i - 1].argmax(1), agreeing + 1, 1)
        return agreeing
    p = np.maximum(heads[exit_].astype(np.float64), 1e-300) ** (1 / temperature)
    p /= p.sum(axis=1, keepdims=True)
    ordered = np.sort(p, axis=1)
    if criterion == "max_prob":
        return ordered[:, -1]
    if criterion == "margin":
        return ordered[:, -1] - ordered[:, -2]
    return 1 + (p * np.log(p)).sum(axis=1) / np.log(p.shape[1])


def exits_by_definition(heads: np.ndarray, rule: tuple[str, str, str]) -> np.ndarray:
    criteria, thresholds, temperatures = (text.split(",") for text in rule)
    exits = np.full(heads.shape[1], 2)
    for i in (1, 0):
        criterion, threshold = criteria[i % len(criteria)], float(thresholds[i % len(thresholds)])
        score = scores(heads, i, criterion, float(temperatures[i % len(temperatures)]))
        if criterion != "patience" and np.abs(score - threshold).min() < EDGE:
            raise SystemExit(f"{rule}: a score is too close to the threshold")
        exits = np.where(score > threshold, i, exits)
    return exits


def composed(exeunt: Path, rule: tuple[str, str, str], folder: Path) -> bytes:
    out = folder / "early.onnx"
    parts = ["--common", "common", "--exit", "branch1", "--then", "second", "--exit", "branch2", "--exit", "rest"]
    files = [part if part.startswith("--") else str(HERE / f"{part}.onnx") for part in parts]
    criterion, threshold, temperature = rule
    subprocess.run([exeunt, "compose", *files, "--criterion", criterion, "--threshold", threshold, "--temperature",
                    temperature, "-o", out], check=True, stdout=subprocess.DEVNULL)
    onnx.checker.check_model(onnx.load(out), full_check=True)
    return out.read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the parts, and ONNX Runtime's answers to what compose makes of them.")
    parser.add_argument("--exeunt", type=Path, default=ROOT / "build/release/exeunt")
    parser.add_argument("--check", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    if not arguments.check:
        make_parts()
    x = np.load(DIGITS / "digits_test.npz")["x"][:SAMPLES].astype(np.float32)
    heads = answers_of_heads(x)
    labels = np.load(DIGITS / "digits_test.npz")["y"][:SAMPLES]
    print("accuracy of the heads:", *(f"{(head.argmax(1) == labels).mean():.3f}" for head in heads))
    expected = {"heads": heads}
    with tempfile.TemporaryDirectory() as folder:
        for name, rule in RULES.items():
            prediction, exits = run(composed(arguments.exeunt, rule, Path(folder)), x)
            wanted = exits_by_definition(heads, rule)
            error = np.abs(prediction - heads[wanted, np.arange(SAMPLES)]).max()
            if not np.array_equal(exits, wanted) or error > 1e-5 or len(set(wanted)) < 2:
                raise SystemExit(f"{name}: ONNX Runtime differs from NumPy: {np.sum(exits != wanted)} exits, {error:.1e}")
            expected[f"exit_{name}"] = exits.astype(np.int8)
            print(f"{name}: exits {np.bincount(exits, minlength=3)}, {error:.1e} away from the parts' answers")
    if arguments.check:
        there = np.load(HERE / "expected.npz")
        if any(name.startswith("exit") and not np.array_equal(there[name], values) for name, values in expected.items()):
            raise SystemExit("expected.npz holds other exits")
    else:
        np.savez_compressed(HERE / "expected.npz", **expected)


if __name__ == "__main__":
    main()
