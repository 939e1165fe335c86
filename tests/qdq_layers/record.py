#!/usr/bin/env python3
"""Records what ONNX Runtime computes inside quantised models, layer by layer.

Usage: record.py MODELS_DIR CIFAR10_BATCH OUT_DIR (scripts/qdq-layers calls it)

For each model NAME writes OUT_DIR/NAME.npz: the input and every tensor of bytes, by its name in the file, for some
pictures of the batch, [pictures, ...]. Graph optimisations are off: what is recorded is what the file's own nodes give,
in float between DequantizeLinear and QuantizeLinear, whatever integer kernels a machine has.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

MODELS = ("alexnet_qdq_ort", "resnet8_qdq_ort", "resnet56_qdq_ort", "resnet8_qdq_tflite")
PICTURES = 4
RECORD_BYTES = 1 + 3 * 32 * 32
BYTES = (onnx.TensorProto.UINT8, onnx.TensorProto.INT8)


def pictures(batch: Path) -> np.ndarray:
    """The first ones of an official binary batch, [N, 3, 32, 32], 0..255."""
    rows = np.fromfile(batch, dtype=np.uint8, count=PICTURES * RECORD_BYTES).reshape(PICTURES, RECORD_BYTES)
    return rows[:, 1:].reshape(PICTURES, 3, 32, 32).astype(np.float32)


def with_bytes_as_outputs(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with every tensor of bytes that a node makes as another output."""
    inferred = onnx.shape_inference.infer_shapes(model).graph
    outputs = {output.name for output in model.graph.output}
    made = {name for node in model.graph.node for name in node.output}
    for info in inferred.value_info:
        wanted = info.type.tensor_type.elem_type in BYTES and info.name in made and info.name not in outputs
        if wanted:
            model.graph.output.append(info)
    return model


def record(path: Path, images: np.ndarray) -> dict[str, np.ndarray]:
    model = with_bytes_as_outputs(onnx.load(path))
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    runner = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    source = runner.get_inputs()[0]
    if source.shape[-1] == 3:
        images = images.transpose(0, 2, 3, 1)
    rows = [runner.run(None, {source.name: image[None]}) for image in images]
    arrays = {source.name: images[:, None]}
    for i, output in enumerate(runner.get_outputs()):
        arrays[output.name] = np.stack([row[i] for row in rows])
    return arrays


def write(arrays: dict[str, np.ndarray], path: Path) -> None:
    """Whole or not at all."""
    unfinished = path.with_suffix(".unfinished.npz")
    np.savez_compressed(unfinished, **arrays)
    unfinished.replace(path)


def main() -> None:
    models, batch, out = (Path(argument) for argument in sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    images = pictures(batch)
    for name in MODELS:
        arrays = record(models / f"{name}.onnx", images)
        write(arrays, out / f"{name}.npz")
        print(f"{name}: {len(arrays)} tensors of {len(images)} pictures")


if __name__ == "__main__":
    main()
