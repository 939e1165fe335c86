#!/usr/bin/env python3
"""Trains the demo network with two exits and writes its ONNX files.

A LeNet-style network for the 8x8 digits in models/digits. Its first exit is a
small head after the first convolution; an image leaves there when the largest
softmax value is above a threshold, else it goes on to the end. Both exits are
trained together (BranchyNet), on the training part only. The threshold is chosen
there as well, by cross-validation: what the network scores on the images it has
learnt says too little about new ones. Written to models/digits:

    lenet_digits.onnx        both exits, the decision as an ONNX `If`
    lenet_digits_plain.onnx  the same weights without the first exit
    expected.npz             what ONNX Runtime answers on the test part

How to run it, from the top of the repository:

    python -m venv venv
    venv/bin/pip install -r python/train/requirements.txt
    venv/bin/python python/train/lenet_digits.py

It takes about a minute on one CPU core. The files it writes are kept in the
repository: it is no part of the build or of the tests. Running it again on the
same machine gives the same files; another processor may round differently.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
import torch.nn.functional as F
from google.protobuf.message import Message
from torch import Tensor, nn

DIGITS = Path(__file__).resolve().parents[2] / "models" / "digits"
OPSET = 18
SEED = 1998
EPOCHS = 120
BATCH = 63  # 19 batches cover the 1,197 training images
LEARNING_RATE = 1e-2
EXIT_WEIGHTS = (0.5, 1.0)
MAX_SHIFT = 0.5  # pixels
MAX_DEGREES = 8.0
MAX_SCALING = 0.1
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
EARLY_ACCURACY = 0.995
FOLDS = 5


class LeNet(nn.Module):
    """The layers of both paths; `forward` gives the logits of both exits."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.early = nn.Sequential(nn.Flatten(), nn.Linear(8 * 4 * 4, 10))
        self.late = nn.Sequential(
            nn.Conv2d(8, 32, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(64 * 2 * 2, 64),
            nn.ReLU(),
            nn.Linear(64, 10),
        )

    def features(self, x: Tensor) -> Tensor:
        return self.stem(x / 16.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = self.features(x)
        return self.early(features), self.late(features)


class TwoExits(nn.Module):
    """The network as it is served: one image in, a prediction and its exit out."""

    def __init__(self, net: LeNet, threshold: float) -> None:
        super().__init__()
        self.net = net
        self.threshold = threshold

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        def leave(features: Tensor, early: Tensor) -> tuple[Tensor, Tensor]:
            # torch.cond refuses a branch that returns its input unchanged.
            return early.clone(), torch.zeros(1, dtype=torch.int64)

        def go_on(features: Tensor, early: Tensor) -> tuple[Tensor, Tensor]:
            late = torch.softmax(self.net.late(features), dim=1)
            return late, torch.ones(1, dtype=torch.int64)

        features = self.net.features(x)
        early = torch.softmax(self.net.early(features), dim=1)
        return torch.cond(early.max() > self.threshold, leave, go_on, (features, early))


class Plain(nn.Module):
    """The full path alone."""

    def __init__(self, net: LeNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.net.late(self.net.features(x)), dim=1)


@dataclass(frozen=True)
class Answers:
    exit: np.ndarray
    score: np.ndarray
    probabilities: np.ndarray

    @property
    def top1(self) -> np.ndarray:
        return self.probabilities.argmax(axis=1)


def load(path: Path) -> tuple[Tensor, Tensor]:
    with np.load(path) as arrays:
        return torch.from_numpy(arrays["x"]).float(), torch.from_numpy(arrays["y"]).long()


def moved(x: Tensor) -> Tensor:
    """Each image turned, scaled and shifted a little, at random."""
    angle, scale, *shift = torch.rand(4, len(x)) * 2 - 1
    angle, scale = angle * math.radians(MAX_DEGREES), 1 + scale * MAX_SCALING
    across, down = (part * (2 * MAX_SHIFT / x.shape[-1]) for part in shift)
    cos, sin = scale * angle.cos(), scale * angle.sin()
    theta = torch.stack([cos, -sin, across, sin, cos, down], dim=1).view(-1, 2, 3)
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, align_corners=False)


def train(x: Tensor, y: Tensor) -> LeNet:
    torch.manual_seed(SEED)
    net = LeNet()
    optimizer = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=1e-2)
    steps = EPOCHS * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(BATCH):
            logits = net(moved(x[rows]))
            loss = sum(w * F.cross_entropy(out, y[rows]) for w, out in zip(EXIT_WEIGHTS, logits))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net.eval()


def unseen_logits(x: Tensor, y: Tensor) -> Tensor:
    """First-exit logits, each image's from a network trained without it."""
    logits = torch.zeros(len(x), 10)
    fold = torch.arange(len(x)) % FOLDS
    for k in range(FOLDS):
        net = train(x[fold != k], y[fold != k])
        with torch.no_grad():
            logits[fold == k] = net(x[fold == k])[0]
    return logits


def choose_threshold(logits: Tensor, y: Tensor) -> float:
    """The lowest threshold whose early leavers are right often enough."""
    score, label = torch.softmax(logits, dim=1).max(dim=1)
    for threshold in THRESHOLDS:
        leaves = score > threshold
        share, accuracy = leaves.float().mean(), (label == y)[leaves].float().mean()
        print(f"train: threshold {threshold}: {share:.1%} leave, {accuracy:.2%} right")
        if accuracy >= EARLY_ACCURACY:
            return threshold
    raise SystemExit("no threshold makes the first exit accurate enough")


@torch.no_grad()
def count_macs(module: nn.Module, x: Tensor) -> tuple[int, Tensor]:
    """Multiply-accumulates of the convolutions and linear layers of `module` on `x`."""
    total = 0

    def add(layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        total += output.numel() * layer.weight[0].numel()

    weighted = [m for m in module.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_hook(add) for layer in weighted]
    output = module(x)
    for hook in hooks:
        hook.remove()
    return total, output


def strip(message: Message) -> None:
    """Clears the exporter's notes (source paths, stack traces) at every depth."""
    for field, value in message.ListFields():
        if field.name in ("metadata_props", "doc_string"):
            message.ClearField(field.name)
        elif field.message_type is not None:
            for child in value if field.is_repeated else [value]:
                strip(child)


def export(module: nn.Module, path: Path, outputs: list[str]) -> None:
    program = torch.onnx.export(
        module.eval(),
        (torch.zeros(1, 1, 8, 8),),
        dynamo=True,
        opset_version=OPSET,
        input_names=["image"],
        output_names=outputs,
        verbose=False,
    )
    model = program.model_proto
    strip(model)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def session(model: onnx.ModelProto) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def run_two_exits(path: Path, x: np.ndarray) -> Answers:
    model = onnx.load(path)
    branch = next(node for node in model.graph.node if node.op_type == "If")
    test = next(node for node in model.graph.node if branch.input[0] in node.output)
    score = onnx.helper.make_tensor_value_info(test.input[0], onnx.TensorProto.FLOAT, [])
    model.graph.output.append(score)
    runner = session(model)
    rows = [runner.run(None, {"image": image[None]}) for image in x]
    probabilities, exits, scores = (np.stack([np.ravel(row[i]) for row in rows]) for i in range(3))
    return Answers(exits[:, 0].astype(np.int8), scores.astype(np.float32), probabilities)


def check(
    two: Answers, plain: np.ndarray, early: np.ndarray, y: np.ndarray, threshold: float
) -> None:
    """Prints the figures on the test part; stops when the files disagree or fall short."""
    late = two.exit == 1
    if not np.array_equal(late, ~(two.score[:, 0] > np.float32(threshold))):
        raise SystemExit("the exits taken do not follow the threshold")
    if not np.allclose(two.probabilities[late], plain[late], atol=1e-6):
        raise SystemExit("the two files disagree on the full path")
    if not np.allclose(two.probabilities[~late], early[~late], atol=1e-5):
        raise SystemExit("the first exit disagrees with the trained network")
    right = two.top1 == y
    print(f"test: exit 0 on all images {np.mean(early.argmax(axis=1) == y):.2%}")
    print(f"test: exit 1 on all images {np.mean(plain.argmax(axis=1) == y):.2%}")
    print(f"test: leave at exit 0 {np.mean(~late):.1%}, right {right[~late].mean():.2%}")
    print(f"test: leave at exit 1 {np.mean(late):.1%}, right {right[late].mean():.2%}")
    print(f"test: mixture {right.mean():.2%}")
    print(f"test: nearest score to the threshold {np.abs(two.score - threshold).min():.1e} away")
    if right.mean() <= 0.96 or late.mean() >= 0.5:
        raise SystemExit("the network falls short of its goals")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and export the demo network.")
    parser.add_argument("--out", type=Path, default=DIGITS, help="folder to write to")
    out: Path = parser.parse_args().out
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)

    x, y = load(DIGITS / "digits_train.npz")
    net = train(x, y)
    threshold = choose_threshold(unseen_logits(x, y), y)
    stem, features = count_macs(net.stem, x[:1])
    early, late = (count_macs(part, features)[0] for part in (net.early, net.late))
    print(f"parameters: {sum(p.numel() for p in net.parameters())}")
    print(f"MACs: early {stem + early}, full {stem + early + late}, plain {stem + late}")

    two_path, plain_path = out / "lenet_digits.onnx", out / "lenet_digits_plain.onnx"
    export(TwoExits(net, threshold), two_path, ["prediction", "exit"])
    export(Plain(net), plain_path, ["prediction"])

    x_test, y_test = load(DIGITS / "digits_test.npz")
    two = run_two_exits(two_path, x_test.numpy())
    runner = session(onnx.load(plain_path))
    plain = np.concatenate([runner.run(None, {"image": i[None]})[0] for i in x_test.numpy()])
    with torch.no_grad():
        early_probabilities = torch.softmax(net(x_test)[0], dim=1).numpy()
    check(two, plain, early_probabilities, y_test.numpy(), threshold)
    np.savez(
        out / "expected.npz",
        exit=two.exit,
        top1=two.top1.astype(np.uint8),
        score=two.score,
        probabilities=two.probabilities,
    )


if __name__ == "__main__":
    main()
