"""Convolutional classifiers of pictures: the blocks of well-known networks, few channels, one early exit."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CLASSES = 10


class Net(nn.Module):
    """What every network here and in torch_nets.py has, so written that all of PyTorch's exporters take it:

    features(x)   what both exits need
    early(f)      logits of the first exit
    late(f)       logits of the last exit
    score(p)      the number that is compared with the threshold
    leave(p)      the answer at the first exit, in the shape of the last one's
    """

    def score(self, probabilities: Tensor) -> Tensor:
        return probabilities.max()

    def leave(self, probabilities: Tensor) -> Tensor:
        # torch.cond refuses a branch that returns its input unchanged.
        return probabilities.clone()


def conv_bn(cin: int, cout: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(cout))


def pooled_head(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES))


class BasicBlock(nn.Module):
    def __init__(self, cin: int, cout: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv_bn(cin, cout, 3, stride), nn.ReLU(), conv_bn(cout, cout, 3))
        self.shortcut = nn.Identity() if cin == cout else conv_bn(cin, cout, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.body(x) + self.shortcut(x))


class ResNet18(Net):
    input = (1, 3, 45, 37)

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv_bn(3, 8, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1))
        self.front = nn.Sequential(*self.stage(8, 8, 1), *self.stage(8, 12, 2))
        self.back = nn.Sequential(*self.stage(12, 20, 2), *self.stage(20, 32, 2))
        self.early_head, self.late_head = pooled_head(12), pooled_head(32)

    @staticmethod
    def stage(cin: int, cout: int, stride: int) -> list[nn.Module]:
        return [BasicBlock(cin, cout, stride), BasicBlock(cout, cout, 1)]

    def features(self, x: Tensor) -> Tensor:
        return self.front(self.stem(x))

    def early(self, f: Tensor) -> Tensor:
        return self.early_head(f)

    def late(self, f: Tensor) -> Tensor:
        return self.late_head(self.back(f))


class SqueezeExcite(nn.Module):
    def __init__(self, channels: int, squeezed: int, inner: nn.Module, gate: nn.Module) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)
        self.inner, self.gate = inner, gate

    def forward(self, x: Tensor) -> Tensor:
        scale = F.adaptive_avg_pool2d(x, 1)
        return x * self.gate(self.up(self.inner(self.down(scale))))


class InvertedResidual(nn.Module):
    """Expand, depthwise, squeeze and excite (if any), project."""

    def __init__(self, cin: int, mid: int, cout: int, kernel: int, stride: int, act: nn.Module, se: nn.Module) -> None:
        super().__init__()
        expand = [] if mid == cin else [conv_bn(cin, mid, 1), act]
        depthwise = [conv_bn(mid, mid, kernel, stride, mid), act]
        self.body = nn.Sequential(*expand, *depthwise, se, conv_bn(mid, cout, 1))
        self.residual = stride == 1 and cin == cout

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.residual else self.body(x)


class MobileNetV2(Net):
    input = (1, 3, 32, 32)
    #        cin, expansion, cout, stride
    blocks = (
        (8, 1, 8, 1),
        (8, 6, 12, 2),
        (12, 6, 12, 1),
        (12, 6, 16, 2),
        (16, 6, 16, 1),
        (16, 6, 24, 2),
    )

    def __init__(self) -> None:
        super().__init__()
        rows = [
            InvertedResidual(cin, cin * t, cout, 3, stride, nn.ReLU6(), nn.Identity())
            for cin, t, cout, stride in self.blocks
        ]
        self.front = nn.Sequential(conv_bn(3, 8, 3, 2), nn.ReLU6(), *rows[:3])
        self.back = nn.Sequential(*rows[3:], conv_bn(24, 96, 1), nn.ReLU6())
        self.early_head = pooled_head(12)
        self.late_head = nn.Sequential(nn.Dropout(0.2), nn.Linear(96, CLASSES))

    def features(self, x: Tensor) -> Tensor:
        return self.front(x)

    def early(self, f: Tensor) -> Tensor:
        return self.early_head(f)

    def late(self, f: Tensor) -> Tensor:
        return self.late_head(self.back(f).mean([2, 3]))


class MobileNetV3(Net):
    input = (1, 3, 39, 33)
    #        cin, mid, cout, kernel, stride, squeeze and excite, HardSwish
    blocks = (
        (8, 8, 8, 3, 2, True, False),
        (8, 32, 12, 3, 2, False, False),
        (12, 40, 12, 3, 1, False, False),
        (12, 48, 16, 5, 2, True, True),
        (16, 64, 16, 5, 1, True, True),
    )

    def __init__(self) -> None:
        super().__init__()
        rows = [self.block(*row) for row in self.blocks]
        self.front = nn.Sequential(conv_bn(3, 8, 3, 2), nn.Hardswish(), *rows[:3])
        self.back = nn.Sequential(*rows[3:], conv_bn(16, 96, 1), nn.Hardswish(), nn.AdaptiveAvgPool2d(1))
        self.early_head = nn.Sequential(conv_bn(12, 32, 1), nn.Hardswish(), pooled_head(32))
        self.late_head = nn.Sequential(nn.Linear(96, 64), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(64, CLASSES))

    @staticmethod
    def block(cin: int, mid: int, cout: int, kernel: int, stride: int, se: bool, swish: bool) -> nn.Module:
        excite = SqueezeExcite(mid, max(4, mid // 4), nn.ReLU(), nn.Hardsigmoid()) if se else nn.Identity()
        return InvertedResidual(cin, mid, cout, kernel, stride, nn.Hardswish() if swish else nn.ReLU(), excite)

    def features(self, x: Tensor) -> Tensor:
        return self.front(x)

    def early(self, f: Tensor) -> Tensor:
        return self.early_head(f)

    def late(self, f: Tensor) -> Tensor:
        return self.late_head(self.back(f).flatten(1))


class EfficientNet(Net):
    input = (1, 3, 40, 40)
    #        cin, expansion, cout, kernel, stride
    blocks = (
        (8, 1, 8, 3, 1),
        (8, 6, 12, 3, 2),
        (12, 6, 12, 3, 1),
        (12, 6, 16, 5, 2),
        (16, 6, 16, 5, 1),
        (16, 6, 20, 3, 1),
    )

    def __init__(self) -> None:
        super().__init__()
        rows = [
            InvertedResidual(
                cin,
                cin * t,
                cout,
                kernel,
                stride,
                nn.SiLU(),
                SqueezeExcite(cin * t, cin // 4, nn.SiLU(), nn.Sigmoid()),
            )
            for cin, t, cout, kernel, stride in self.blocks
        ]
        self.front = nn.Sequential(conv_bn(3, 8, 3, 2), nn.SiLU(), *rows[:3])
        self.back = nn.Sequential(*rows[3:], conv_bn(20, 80, 1), nn.SiLU())
        self.early_head = pooled_head(12)
        self.late_head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(80, CLASSES))

    def features(self, x: Tensor) -> Tensor:
        return self.front(x)

    def early(self, f: Tensor) -> Tensor:
        return self.early_head(f)

    def late(self, f: Tensor) -> Tensor:
        return self.late_head(self.back(f))


class LayerNorm2d(nn.LayerNorm):
    """LayerNorm over the channels of NCHW."""

    def forward(self, x: Tensor) -> Tensor:
        x = F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.expand, self.project = (
            nn.Linear(channels, 4 * channels),
            nn.Linear(4 * channels, channels),
        )
        self.gamma = nn.Parameter(0.5 + 0.2 * torch.randn(channels))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.gamma * self.project(F.gelu(self.expand(y)))
        return x + y.permute(0, 3, 1, 2)


class ConvNeXt(Net):
    input = (1, 3, 50, 42)

    def __init__(self) -> None:
        super().__init__()
        self.front = nn.Sequential(
            nn.Conv2d(3, 12, 4, 4), LayerNorm2d(12, eps=1e-6), ConvNeXtBlock(12), ConvNeXtBlock(12)
        )
        self.back = nn.Sequential(
            LayerNorm2d(12, eps=1e-6), nn.Conv2d(12, 24, 2, 2), ConvNeXtBlock(24),
            LayerNorm2d(24, eps=1e-6), nn.Conv2d(24, 40, 2, 2), ConvNeXtBlock(40), ConvNeXtBlock(40),
        )  # fmt: skip
        self.early_norm, self.early_head = nn.LayerNorm(12, eps=1e-6), nn.Linear(12, CLASSES)
        self.late_norm, self.late_head = nn.LayerNorm(40, eps=1e-6), nn.Linear(40, CLASSES)

    def features(self, x: Tensor) -> Tensor:
        return self.front(x)

    def early(self, f: Tensor) -> Tensor:
        return self.early_head(self.early_norm(f.mean([-2, -1])))

    def late(self, f: Tensor) -> Tensor:
        return self.late_head(self.late_norm(self.back(f).mean([-2, -1])))


class DenseLayer(nn.Module):
    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, 4 * growth, 1, bias=False),
            nn.BatchNorm2d(4 * growth), nn.ReLU(), nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.body(x)], 1)


class DenseNet(Net):
    input = (1, 3, 35, 43)

    def __init__(self) -> None:
        super().__init__()
        stem = [conv_bn(3, 16, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)]
        self.front = nn.Sequential(*stem, *self.dense(16, 4), *self.transition(48, 24))
        self.back = nn.Sequential(
            *self.dense(24, 4),
            *self.transition(56, 28),
            *self.dense(28, 4),
            nn.BatchNorm2d(60),
            nn.ReLU(),
        )
        self.early_head = nn.Sequential(nn.BatchNorm2d(24), nn.ReLU(), pooled_head(24))
        self.late_head = pooled_head(60)

    @staticmethod
    def dense(channels: int, layers: int, growth: int = 8) -> list[nn.Module]:
        return [DenseLayer(channels + i * growth, growth) for i in range(layers)]

    @staticmethod
    def transition(cin: int, cout: int) -> list[nn.Module]:
        return [
            nn.BatchNorm2d(cin),
            nn.ReLU(),
            nn.Conv2d(cin, cout, 1, bias=False),
            nn.AvgPool2d(2),
        ]

    def features(self, x: Tensor) -> Tensor:
        return self.front(x)

    def early(self, f: Tensor) -> Tensor:
        return self.early_head(f)

    def late(self, f: Tensor) -> Tensor:
        return self.late_head(self.back(f))
