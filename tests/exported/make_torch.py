#!/usr/bin/env python3
"""Exports small networks with PyTorch's exporters, and records what ONNX Runtime answers.

The networks are in torch_classifiers.py and torch_nets.py.

Each network has random weights from a fixed seed and is exported in four forms:

    NAME_torch.onnx    no early exit, torch.export (dynamo=True)
    NAME_traced.onnx   no early exit, the older exporter (dynamo=False) by tracing, any batch
    NAME_cond.onnx     one early exit by torch.cond, torch.export
    NAME_script.onnx   one early exit, torch.jit.script and the older exporter

and beside each NAME.npz: `x`, ONNX Runtime's `output0`, `output1`, ..., and `exit`.

How to run it, from the top of the repository:

    python -m venv venv
    venv/bin/pip install -r tests/exported/requirements-torch.txt
    venv/bin/python tests/exported/make_torch.py

Running it again on the same machine gives the same files; another processor
may round differently. It is no part of the build or of the tests.
"""

from __future__ import annotations

import argparse
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
import torch_classifiers as classifiers
import torch_nets as nets
from common import SAMPLES, pictures, record, save, threshold_between
from torch import Tensor, nn

HERE = Path(__file__).resolve().parent
LOGIT_SPREAD = 1.5
OUTPUTS = ["prediction", "exit"]


@dataclass(frozen=True)
class Recipe:
    """A network and the opset of each form, chosen so that the files differ in how they spell things."""

    net: type[classifiers.Net]
    torch: int
    traced: int
    cond: int
    script: int
    any_batch: bool = False  # the batch axis of the form `torch` is symbolic
    optimize: bool = True  # of the form `torch`


RECIPES = {
    "resnet18": Recipe(classifiers.ResNet18, torch=18, traced=11, cond=18, script=13, optimize=False),
    "mobilenet_v2": Recipe(classifiers.MobileNetV2, torch=18, traced=12, cond=20, script=17, any_batch=True),
    "mobilenet_v3": Recipe(classifiers.MobileNetV3, torch=18, traced=13, cond=21, script=14),
    "efficientnet": Recipe(classifiers.EfficientNet, torch=22, traced=15, cond=18, script=17),
    "convnext": Recipe(classifiers.ConvNeXt, torch=18, traced=17, cond=20, script=16, optimize=False),
    "densenet": Recipe(classifiers.DenseNet, torch=18, traced=11, cond=18, script=17, any_batch=True),
    "unet": Recipe(nets.UNet, torch=18, traced=11, cond=18, script=17),
    "vit": Recipe(nets.ViT, torch=20, traced=17, cond=18, script=14, any_batch=True),
    "text_cnn": Recipe(nets.TextCNN, torch=18, traced=11, cond=18, script=17, any_batch=True),
}


class CondExit(nn.Module):
    def __init__(self, net: classifiers.Net, threshold: float) -> None:
        super().__init__()
        self.net = net
        self.threshold = threshold

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        def leave(features, early: Tensor) -> tuple[Tensor, Tensor]:
            return self.net.leave(early), torch.zeros(1, dtype=torch.int64)

        def go_on(features, early: Tensor) -> tuple[Tensor, Tensor]:
            return torch.softmax(self.net.late(features), dim=1), torch.ones(1, dtype=torch.int64)

        features = self.net.features(x)
        early = torch.softmax(self.net.early(features), dim=1)
        return torch.cond(self.net.score(early) > self.threshold, leave, go_on, (features, early))


class ScriptExit(nn.Module):
    def __init__(self, net: classifiers.Net, threshold: float) -> None:
        super().__init__()
        self.net = net
        self.threshold = threshold

    def forward(self, x: Tensor):
        features = self.net.features(x)
        early = torch.softmax(self.net.early(features), dim=1)
        if self.net.score(early) <= self.threshold:
            prediction = torch.softmax(self.net.late(features), dim=1)
            flag = torch.ones(1, dtype=torch.int64)
        else:
            prediction, flag = self.net.leave(early), torch.zeros(1, dtype=torch.int64)
        return prediction, flag


class Plain(nn.Module):
    def __init__(self, net: classifiers.Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.net.late(self.net.features(x)), dim=1)


def samples(net: classifiers.Net, seed: int) -> Tensor:
    if net.input[1:] == nets.TextCNN.input[1:]:
        rng = np.random.default_rng(seed)
        tokens = rng.integers(1, nets.TextCNN.words, size=(SAMPLES, net.input[1]))
        for row in tokens:  # sentences of different lengths, padded with 0
            row[rng.integers(6, net.input[1] + 1) :] = 0
        return torch.from_numpy(tokens)
    return torch.from_numpy(pictures(net.input[1:], seed))


def spread(head: nn.Module, logits: Tensor) -> None:
    """Rescales the last layer so that its logits differ from sample to sample."""
    layer = [m for m in head.modules() if isinstance(m, (nn.Linear, nn.Conv2d))][-1]
    axes = [axis for axis in range(logits.dim()) if axis != 1]
    gain = LOGIT_SPREAD / logits.std(axes)
    layer.bias.copy_((layer.bias - logits.mean(axes)) * gain)
    layer.weight.mul_(gain.view(-1, *[1] * (layer.weight.dim() - 1)))


@torch.no_grad()
def build(kind: type[classifiers.Net], seed: int) -> tuple[classifiers.Net, Tensor]:
    """A network whose signals neither die out nor explode, with statistics like those of training."""
    torch.manual_seed(seed)
    net = kind()
    x = samples(net, seed)
    norms = [m for m in net.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    for norm in [m for m in net.modules() if isinstance(m, nn.LayerNorm)] + norms:
        norm.weight.uniform_(0.5, 1.5)
        norm.bias.normal_(0, 0.2)
    for norm in norms:
        norm.momentum = None  # the statistics become those of the samples
    net.train()
    features = net.features(x)
    net.early(features), net.late(features)
    net.eval()
    for norm in norms:
        norm.running_mean.add_(0.1 * torch.randn_like(norm.running_mean) * norm.running_var.sqrt())
        norm.running_var.mul_(torch.empty_like(norm.running_var).uniform_(0.7, 1.4))
    features = net.features(x)
    spread(net.early_head, net.early(features))
    spread(net.late_head, net.late(features))
    return net.requires_grad_(False), x


def export_new(
    module: nn.Module, x: Tensor, opset: int, any_batch: bool = False, optimize: bool = True
) -> onnx.ModelProto:
    program = torch.onnx.export(
        module.eval(),
        (x,),
        dynamo=True,
        opset_version=opset,
        input_names=["x"],
        output_names=OUTPUTS[: 1 if isinstance(module, Plain) else 2],
        dynamic_shapes=({0: torch.export.Dim("batch")},) if any_batch else None,
        optimize=optimize,
        verbose=False,
    )
    return program.model_proto


def export_traced(module: nn.Module, x: Tensor, opset: int) -> onnx.ModelProto:
    names = ["x", OUTPUTS[0]]
    return export_old(module, x, opset, OUTPUTS[:1], dynamic_axes={name: {0: "batch"} for name in names})


def export_script(module: nn.Module, x: Tensor, opset: int) -> onnx.ModelProto:
    # With the mode preserved, the exporter leaves BatchNormalization beside its convolution.
    return export_old(
        torch.jit.script(module.eval()),
        x,
        opset,
        OUTPUTS,
        training=torch.onnx.TrainingMode.PRESERVE,
    )


def export_old(module: nn.Module, x: Tensor, opset: int, outputs: list[str], **options) -> onnx.ModelProto:
    data = io.BytesIO()
    torch.onnx.export(
        module.eval(),
        (x,),
        data,
        dynamo=False,
        opset_version=opset,
        input_names=["x"],
        output_names=outputs,
        **options,
    )
    return onnx.load_from_string(data.getvalue())


def make(name: str, recipe: Recipe, seed: int, out: Path) -> None:
    net, x = build(recipe.net, seed)
    with torch.no_grad():
        features = net.features(x)
        early = torch.softmax(net.early(features), dim=1)
        late = torch.softmax(net.late(features), dim=1).numpy()
        scores = np.array([net.score(early[i : i + 1]).item() for i in range(SAMPLES)])
        leave = net.leave(early).numpy()
    threshold = threshold_between(scores)
    exits = (scores <= threshold).astype(np.int8)
    print(f"{name}: threshold {threshold}, nearest score {np.abs(scores - threshold).min():.1e} away")
    mixed = np.where(exits.reshape(-1, *[1] * (late.ndim - 1)) == 1, late, leave)

    rows = x[:2] if recipe.any_batch else x[:1]  # one row would fix the batch
    files = {
        "torch": (
            export_new(Plain(net), rows, recipe.torch, recipe.any_batch, recipe.optimize),
            late,
            None,
        ),
        "traced": (export_traced(Plain(net), x[:1], recipe.traced), late, None),
        "cond": (export_new(CondExit(net, threshold), x[:1], recipe.cond), mixed, exits),
        "script": (export_script(ScriptExit(net, threshold), x[:1], recipe.script), mixed, exits),
    }
    for form, (model, expected, expected_exit) in files.items():
        path = out / f"{name}_{form}.onnx"
        save(model, path)
        record(path, x.numpy(), expected, expected_exit)


def main() -> None:
    parser = argparse.ArgumentParser(description="Export the PyTorch test networks.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    out: Path = parser.parse_args().out
    warnings.filterwarnings("ignore")
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    for seed, (name, recipe) in enumerate(RECIPES.items(), start=1):
        make(name, recipe, seed, out)


if __name__ == "__main__":
    main()
