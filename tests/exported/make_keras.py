#!/usr/bin/env python3
"""Exports two Keras networks through TFLite and tf2onnx, and records what ONNX Runtime answers.

Random weights from a fixed seed, NHWC input of odd size, `same` padding. Forms:

    NAME_tflite.onnx       no early exit: tf.lite.TFLiteConverter, tf2onnx --tflite
    NAME_tflite_cond.onnx  one early exit by tf.cond in a layer, the same way
    NAME_keras.onnx        no early exit: tf2onnx straight from Keras, any batch

and beside each NAME.npz: `x`, ONNX Runtime's `output0`, `output1`, ..., and `exit`.
Straight from Keras, tf2onnx loses the weights inside a tf.cond, so there is no such form.

How to run it with Python 3.11, from the top of the repository:

    python -m venv venv-keras
    venv-keras/bin/pip install -r tests/exported/requirements-keras.txt
    venv-keras/bin/python tests/exported/make_keras.py

Running it again on the same machine gives the same files; another processor
may round differently. It is no part of the build or of the tests.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}

import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from common import SAMPLES, pictures, record, save, threshold_between
from tensorflow import Tensor, keras
from tensorflow.keras import layers

HERE = Path(__file__).resolve().parent
CLASSES = 10
LOGIT_SPREAD = 1.5
OPSET = 17
Part = Callable[[Tensor], Tensor]


def conv_bn(filters: int, kernel: int, stride: int, activation: layers.Layer) -> list[layers.Layer]:
    conv = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False)
    return [conv, layers.BatchNormalization(), activation]


def separable(filters: int, stride: int) -> list[layers.Layer]:
    depthwise = layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)
    return [
        depthwise,
        layers.BatchNormalization(),
        layers.ReLU(6.0),
        *conv_bn(filters, 1, 1, layers.ReLU(6.0)),
    ]


def classifier() -> list[layers.Layer]:
    return [layers.Dense(CLASSES), layers.Softmax()]


class MobileNetV1:
    input = (47, 37, 3)

    def __init__(self) -> None:
        self.front = keras.Sequential([*conv_bn(8, 3, 2, layers.ReLU(6.0)), *separable(16, 1), *separable(24, 2)])
        self.early = keras.Sequential([layers.GlobalAveragePooling2D(), *classifier()])
        self.late = keras.Sequential(
            [*separable(24, 1), *separable(48, 2), *separable(48, 1), *separable(96, 2)]
            + [layers.GlobalAveragePooling2D(keepdims=True), layers.Dropout(0.001)]
            + [
                layers.Conv2D(CLASSES, 1, padding="same"),
                layers.Reshape((CLASSES,)),
                layers.Softmax(),
            ]
        )


class Cnn:
    """Padding that differs between the two sides, a flattened map, poolings with `same`."""

    input = (31, 29, 3)

    def __init__(self) -> None:
        self.front = keras.Sequential(
            [
                layers.Conv2D(12, 5, 2, padding="same", activation="relu"),
                layers.MaxPooling2D(3, 2, padding="same"),
            ]
            + conv_bn(16, 3, 1, layers.LeakyReLU(0.2))
        )
        self.early = keras.Sequential([layers.AveragePooling2D(3, 2, padding="same"), layers.Flatten(), *classifier()])
        self.late = keras.Sequential(
            [
                *conv_bn(24, 4, 2, layers.ReLU()),
                layers.SeparableConv2D(32, 3, padding="same", activation="elu"),
            ]
            + [layers.Conv2D(32, 3, padding="same", dilation_rate=2, activation="swish")]
            + [layers.AveragePooling2D(2, 2, padding="same"), layers.Flatten()]
            + [layers.Dense(48, activation="tanh"), *classifier()]
        )


NETS = {"mobilenet_v1": MobileNetV1, "cnn": Cnn}


class LeaveOrGoOn(layers.Layer):
    """The first exit's answer and flag 0 where it is sure enough, else the rest of the network's and 1."""

    def __init__(self, late: Part, threshold: float) -> None:
        super().__init__()
        self.late = late
        self.threshold = threshold

    def call(self, features: Tensor, early: Tensor) -> tuple[Tensor, Tensor]:
        return tf.cond(
            tf.reduce_max(early) > self.threshold,
            lambda: (early, tf.constant([0], tf.int32)),
            lambda: (self.late(features), tf.constant([1], tf.int32)),
        )


def randomize(part: keras.Sequential, x: Tensor, rng: np.random.Generator) -> Tensor:
    """Biases and statistics as if from training on `x`; returns what `part` makes of it."""
    for layer in part.layers:
        layer.build(x.shape)
        if isinstance(layer, layers.BatchNormalization):
            mean, variance = tf.nn.moments(x, axes=range(len(x.shape) - 1))
            count = x.shape[-1]
            layer.gamma.assign(rng.uniform(0.5, 1.5, count))
            layer.beta.assign(rng.normal(0, 0.2, count))
            layer.moving_mean.assign(mean + 0.1 * rng.normal(size=count) * np.sqrt(variance))
            layer.moving_variance.assign(variance * rng.uniform(0.7, 1.4, count))
        elif getattr(layer, "bias", None) is not None:
            layer.bias.assign(rng.normal(0, 0.2, layer.bias.shape))
        x = layer(x, training=False)
    return x


def spread(part: keras.Sequential, x: Tensor) -> None:
    """Rescales the last layer with weights so that its logits differ from sample to sample."""
    at = max(i for i, layer in enumerate(part.layers) if layer.weights)
    for layer in part.layers[:at]:
        x = layer(x, training=False)
    layer = part.layers[at]
    logits = tf.reshape(layer(x), (SAMPLES, CLASSES)).numpy()
    kernel, bias = layer.get_weights()
    gain = LOGIT_SPREAD / logits.std(axis=0)
    layer.set_weights([kernel * gain, (bias - logits.mean(axis=0)) * gain])


def from_tflite(model: keras.Model) -> onnx.ModelProto:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "model.tflite", Path(folder) / "model.onnx"
        source.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
        command = [
            sys.executable,
            "-m",
            "tf2onnx.convert",
            "--tflite",
            source,
            "--output",
            target,
            "--opset",
            str(OPSET),
        ]
        subprocess.run(command, check=True, capture_output=True)
        return onnx.load(target)


def settle(model: onnx.ModelProto) -> onnx.ModelProto:
    """Renames and sorts the constants that tf2onnx numbers in the order of a set, which changes from run to run."""
    renamed: dict[str, str] = {}

    def graphs(graph: onnx.GraphProto) -> list[onnx.GraphProto]:
        inner = [a.g for node in graph.node for a in node.attribute if a.type == onnx.AttributeProto.GRAPH]
        return [graph, *(g for sub in inner for g in graphs(sub))]

    every = graphs(model.graph)
    numbered = {c.name for graph in every for c in graph.initializer if re.search(r"__\d+$", c.name)}
    for node in (node for graph in every for node in graph.node):
        for i, name in enumerate(node.input):
            if name in numbered:
                node.input[i] = renamed.setdefault(name, f"constant_{len(renamed)}")
    for graph in every:
        for constant in graph.initializer:
            constant.name = renamed.get(constant.name, constant.name)
        constants = sorted(graph.initializer, key=lambda c: c.name)
        del graph.initializer[:]
        graph.initializer.extend(constants)
    return model


def make(name: str, seed: int, out: Path) -> None:
    keras.utils.set_random_seed(seed)
    net, rng = NETS[name](), np.random.default_rng(seed)
    height, width, channels = net.input
    x = pictures((channels, height, width), seed).transpose(0, 2, 3, 1).copy()
    features = randomize(net.front, x, rng)
    for part in (net.early, net.late):
        randomize(part, features, rng)
        spread(part, features)
    early, late = net.early(features).numpy(), net.late(features).numpy()
    scores = early.max(axis=1)
    threshold = threshold_between(scores)
    exits = (scores <= threshold).astype(np.int8)
    print(f"{name}: threshold {threshold}, nearest score {np.abs(scores - threshold).min():.1e} away")
    mixed = np.where(exits[:, None] == 1, late, early)
    image, any_image = (
        keras.Input(net.input, batch_size=1, name="image"),
        keras.Input(net.input, name="image"),
    )
    hidden = net.front(image)
    plain = keras.Model(image, net.late(hidden))
    decided = keras.Model(image, LeaveOrGoOn(net.late, threshold)(hidden, net.early(hidden)))
    any_batch = keras.Model(any_image, net.late(net.front(any_image)))
    files = {
        "tflite": (from_tflite(plain), late, None),
        "tflite_cond": (from_tflite(decided), mixed, exits),
        "keras": (tf2onnx.convert.from_keras(any_batch, opset=OPSET)[0], late, None),
    }
    for form, (model, expected, expected_exit) in files.items():
        path = out / f"{name}_{form}.onnx"
        save(settle(model), path)
        record(path, x, expected, expected_exit)


def main() -> None:
    parser = argparse.ArgumentParser(description="Export the Keras test networks.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    out: Path = parser.parse_args().out
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    for seed, name in enumerate(NETS, start=100):
        make(name, seed, out)


if __name__ == "__main__":
    main()
