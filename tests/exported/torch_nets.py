"""Networks that are not convolutional classifiers of pictures, small and with one early exit."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch_classifiers import CLASSES, Net, conv_bn


def double_conv(cin: int, cout: int) -> nn.Sequential:
    return nn.Sequential(conv_bn(cin, cout, 3), nn.ReLU(), conv_bn(cout, cout, 3), nn.ReLU())


class UNet(Net):
    """A segmentation; its first exit is a coarse map, taken when the mean pixel is sure enough."""

    __constants__ = ["size"]
    size = (41, 25)
    input = (1, 3, *size)
    labels = 3

    def __init__(self) -> None:
        super().__init__()
        self.down1, self.down2 = double_conv(3, 8), double_conv(8, 16)
        self.down3, self.bottom = double_conv(16, 24), double_conv(24, 32)
        self.pool = nn.MaxPool2d(2)
        self.up3 = nn.ConvTranspose2d(32, 24, 2, 2)
        self.up2 = nn.ConvTranspose2d(24, 16, 3, 2, padding=1, output_padding=1)
        self.up1 = nn.Conv2d(16, 8, 1)
        self.gate = nn.Conv2d(32, 24, 1)
        self.merge3, self.merge2, self.merge1 = (
            double_conv(48, 24),
            double_conv(32, 16),
            double_conv(16, 8),
        )
        self.early_head = nn.Conv2d(24, self.labels, 1)
        self.late_head = nn.Conv2d(8, self.labels, 1)

    def features(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        one = self.down1(x)
        two = self.down2(self.pool(one))
        return one, two, self.down3(self.pool(two))

    def early(self, f: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        return self.early_head(f[2])

    def late(self, f: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        bottom = self.bottom(self.pool(f[2]))
        gate = F.interpolate(torch.sigmoid(self.gate(bottom)), scale_factor=2.0, mode="nearest")
        y = self.up2(self.merge3(torch.cat([f[2] * gate, self.up3(bottom)], 1)))
        y = self.up1(self.merge2(torch.cat([f[1], y], 1)))
        y = F.interpolate(y, size=f[0].shape[2:], mode="bilinear", align_corners=False)
        return self.late_head(self.merge1(torch.cat([f[0], y], 1)))

    def score(self, probabilities: Tensor) -> Tensor:
        return probabilities.amax(dim=1).mean()

    def leave(self, probabilities: Tensor) -> Tensor:
        return F.interpolate(probabilities, size=self.size, mode="bilinear", align_corners=True)


class TransformerBlock(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.expand, self.project = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out(y.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.project(F.gelu(self.expand(self.norm2(x))))


class ViT(Net):
    input = (1, 3, 32, 40)

    def __init__(self, width: int = 36, heads: int = 3, patch: int = 8) -> None:
        super().__init__()
        tokens = self.input[2] // patch * (self.input[3] // patch)
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.class_token = nn.Parameter(torch.randn(1, 1, width))
        self.position = nn.Parameter(0.5 * torch.randn(1, 1 + tokens, width))
        self.front = nn.Sequential(*(TransformerBlock(width, heads) for _ in range(2)))
        self.back = nn.Sequential(*(TransformerBlock(width, heads) for _ in range(2)))
        self.early_norm, self.early_head = nn.LayerNorm(width), nn.Linear(width, CLASSES)
        self.late_norm, self.late_head = nn.LayerNorm(width), nn.Linear(width, CLASSES)

    def features(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        first = self.class_token.expand(x.shape[0], -1, -1)
        return self.front(torch.cat([first, tokens], 1) + self.position)

    def early(self, f: Tensor) -> Tensor:
        return self.early_head(self.early_norm(f)[:, 0])

    def late(self, f: Tensor) -> Tensor:
        return self.late_head(self.late_norm(self.back(f))[:, 0])


class TextCNN(Net):
    """A sentence classifier: word vectors, 1-D convolutions of three widths, max over time."""

    input = (1, 23)
    words = 500

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.embedding = nn.Embedding(self.words, width, padding_idx=0)
        self.early_conv = nn.Conv1d(width, 24, 3)
        self.convs = nn.ModuleList(nn.Conv1d(width, 32, k, padding=k // 2) for k in (3, 4, 5))
        self.deep = nn.Sequential(
            nn.Conv1d(96, 48, 3, stride=2, padding=2, dilation=2),
            nn.BatchNorm1d(48),
            nn.LeakyReLU(0.1),
        )
        self.early_head = nn.Linear(24, CLASSES)
        self.late_head = nn.Sequential(nn.Dropout(0.5), nn.Linear(48, 32), nn.ELU(), nn.Linear(32, CLASSES))

    def features(self, x: Tensor) -> Tensor:
        return self.embedding(x).transpose(1, 2)

    def early(self, f: Tensor) -> Tensor:
        return self.early_head(F.relu(self.early_conv(f)).amax(dim=2))

    def late(self, f: Tensor) -> Tensor:
        # A window of 4 words gives one position more than the others.
        parts = [F.relu(conv(f))[:, :, : f.shape[2]] for conv in self.convs]
        deep = self.deep(torch.cat(parts, 1))
        return self.late_head(F.adaptive_max_pool1d(deep, 1).squeeze(2))
