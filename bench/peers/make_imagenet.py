#!/usr/bin/env python3
"""Writes ResNet18, MobileNetV2 and ViT-S/16 for 224x224 pictures as ONNX files, with random weights from fixed seeds.

Usage: make_imagenet.py FOLDER. Needs what requirements-imagenet.txt lists; `run --imagenet` installs that and calls this.

Each network takes f32 [1, 3, 224, 224] of values 0..255 (the normalisation is inside) and gives 1000 logits. PyTorch's exporter
by torch.export (dynamo=True, opset 18) writes the file. BatchNorm gets the statistics of random pictures, so that folding it
changes every weight, and no signal dies out or explodes.

Sources of the shapes: He et al., CVPR 2016; Sandler et al., CVPR 2018; Dosovitskiy et al., ICLR 2021.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import onnx
import torch
import torch.nn.functional as F
from google.protobuf.message import Message
from torch import Tensor, nn

SIZE = 224
CLASSES = 1000
OPSET = 18
PICTURES = 4  # whose statistics the BatchNorms get


def conv_bn(cin: int, cout: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(cout))


class BasicBlock(nn.Module):
    def __init__(self, cin: int, cout: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv_bn(cin, cout, 3, stride), nn.ReLU(), conv_bn(cout, cout, 3))
        self.shortcut = nn.Identity() if cin == cout else conv_bn(cin, cout, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.body(x) + self.shortcut(x))


def resnet18() -> nn.Sequential:
    stem = [conv_bn(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)]
    widths = [64, 64, 128, 256, 512]
    blocks = [
        block
        for stage, (cin, cout) in enumerate(zip(widths, widths[1:]))
        for block in (BasicBlock(cin, cout, 2 if stage else 1), BasicBlock(cout, cout, 1))
    ]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, CLASSES))


class InvertedResidual(nn.Module):
    """Expand, depthwise, project."""

    def __init__(self, cin: int, cout: int, stride: int, expansion: int) -> None:
        super().__init__()
        mid = cin * expansion
        expand = [] if expansion == 1 else [conv_bn(cin, mid, 1), nn.ReLU6()]
        self.body = nn.Sequential(*expand, conv_bn(mid, mid, 3, stride, mid), nn.ReLU6(), conv_bn(mid, cout, 1))
        self.residual = stride == 1 and cin == cout

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.residual else self.body(x)


def mobilenet_v2() -> nn.Sequential:
    layers: list[nn.Module] = [conv_bn(3, 32, 3, 2), nn.ReLU6()]
    cin = 32
    #                            expansion, channels, blocks, stride of the first
    for expansion, cout, blocks, stride in (
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ):  # fmt: skip
        for block in range(blocks):
            layers.append(InvertedResidual(cin, cout, stride if block == 0 else 1, expansion))
            cin = cout
    layers += [conv_bn(320, 1280, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, CLASSES)]
    return nn.Sequential(*layers)


class TransformerBlock(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.expand, self.project = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out(y.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.project(F.gelu(self.expand(self.norm2(x))))


class ViT(nn.Module):
    """ViT-S/16: 197 tokens of 384, 12 blocks of 6 heads."""

    def __init__(self, width: int = 384, heads: int = 6, blocks: int = 12, patch: int = 16) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.class_token = nn.Parameter(torch.randn(1, 1, width))
        self.position = nn.Parameter(0.5 * torch.randn(1, 1 + (SIZE // patch) ** 2, width))
        self.blocks = nn.Sequential(*(TransformerBlock(width, heads) for _ in range(blocks)))
        self.norm, self.head = nn.LayerNorm(width, eps=1e-6), nn.Linear(width, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        first = self.class_token.expand(x.shape[0], -1, -1)
        y = self.blocks(torch.cat([first, tokens], 1) + self.position)
        return self.head(self.norm(y)[:, 0])


class Normalised(nn.Module):
    """A network behind the usual normalisation of its pixels, 0..255."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", torch.tensor([123.675, 116.28, 103.53]).reshape(1, 3, 1, 1))
        self.register_buffer("scale", 1 / torch.tensor([58.395, 57.12, 57.375]).reshape(1, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.net((x - self.mean) * self.scale)


NETS = {"resnet18": resnet18, "mobilenet_v2": mobilenet_v2, "vit_small": ViT}


def pictures(count: int) -> Tensor:
    """Random pictures of coarse and fine grain, 0..255."""
    coarse = F.interpolate(torch.randn(count, 3, SIZE // 16, SIZE // 16), scale_factor=16.0, mode="bilinear")
    return (128 + 50 * coarse + 20 * torch.randn(count, 3, SIZE, SIZE)).clamp(0, 255).round()


@torch.no_grad()
def build(name: str, seed: int) -> tuple[nn.Module, Tensor]:
    torch.manual_seed(seed)
    net = Normalised(NETS[name]())
    x = pictures(PICTURES)
    norms = [m for m in net.modules() if isinstance(m, (nn.BatchNorm2d, nn.LayerNorm))]
    for norm in norms:
        norm.weight.uniform_(0.5, 1.5)
        norm.bias.normal_(0, 0.2)
    batch_norms = [m for m in norms if isinstance(m, nn.BatchNorm2d)]
    for norm in batch_norms:
        norm.momentum = None  # the statistics become those of the pictures
    net.train()(x)
    for norm in batch_norms:
        norm.running_mean.add_(0.1 * torch.randn_like(norm.running_mean) * norm.running_var.sqrt())
        norm.running_var.mul_(torch.empty_like(norm.running_var).uniform_(0.7, 1.4))
    return net.eval().requires_grad_(False), x[:1]


def strip(message: Message) -> None:
    """Clears the exporter's notes (source paths, stack traces) at every depth."""
    for field, value in message.ListFields():
        if field.name in ("metadata_props", "doc_string"):
            message.ClearField(field.name)
        elif field.message_type is not None:
            for child in [value] if isinstance(value, Message) else value:
                strip(child)


def export(name: str, seed: int, path: Path) -> None:
    net, x = build(name, seed)
    logits = net(x)
    if not torch.isfinite(logits).all() or logits.std() < 1e-3:
        raise SystemExit(f"{name}: logits from {logits.min():.3g} to {logits.max():.3g} are of no use; another seed")
    program = torch.onnx.export(
        net, (x,), dynamo=True, opset_version=OPSET, input_names=["x"], output_names=["logits"], verbose=False
    )
    model = program.model_proto
    strip(model)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
    print(f"{path.name}: {path.stat().st_size >> 20} MiB, logits {logits.min():.3g} .. {logits.max():.3g}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write ResNet18, MobileNetV2 and ViT-S/16 with random weights.")
    parser.add_argument("folder", type=Path, help="folder to write NAME.onnx to")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    for seed, name in enumerate(NETS, start=1):
        export(name, seed, folder / f"{name}.onnx")


if __name__ == "__main__":
    main()
