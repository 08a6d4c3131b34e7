#!/usr/bin/env python3
"""Writes the small TorchScript models of Tests/Fixtures and records what PyTorch computes for them.

    make-torch-fixtures.py OUT_FOLDER [NAME …]

Needs PyTorch 2 (CPU) and NumPy. Each model gets a folder as `lamina verify` reads it. Seeds are fixed.
"""
import json
import pathlib
import sys
import warnings
import zipfile

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.backends.quantized.engine = "qnnpack"


class Convolutions(nn.Module):
    """A small image network: the channels of its input follow from its first weights."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.second = nn.Conv2d(4, 4, 3, groups=4, padding="same")
        self.up = nn.ConvTranspose2d(4, 2, 2, stride=2)
        self.last = nn.Linear(2 * 6, 3)

    def forward(self, x):
        x = F.relu(self.norm(self.first(x)), inplace=True)
        x = F.hardswish(self.second(x)) + x
        x = F.interpolate(self.up(x), scale_factor=2.0, mode="bilinear", align_corners=False)
        x = F.adaptive_avg_pool2d(F.max_pool2d(x, 3, 2, 1, ceil_mode=True), [2, 3])
        return F.softmax(self.last(torch.flatten(x, 1)), 1)


class Control(nn.Module):
    """Control flow that data does not decide: module lists, counted loops, ranks, in-place parts."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])

    def forward(self, x):
        parts = []
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i % 2 == 1:
                x = torch.relu(x)
            parts.append(x)
        count = 0
        while count < 3:
            x = x + count
            count += 1
        y = torch.zeros(x.size(0), 4)
        y[:, 1:3] = x[:, 1:3]
        if x.dim() == 2:
            y = y * 2
        return {"parts": torch.cat(parts, 1), "rest": y}


class Data(nn.Module):
    """A branch and a loop that only the run can decide."""

    def forward(self, x):
        h = torch.zeros(x.size(1))
        for t in range(x.size(0)):
            h = torch.tanh(h + x[t])
        if bool(h.sum() > 0):
            y = h * 2
            k = 1
        else:
            y = h - 1
            k = 2
        return y + k


class Loops(nn.Module):
    """A loop that appends to a list, one that data ends, and a change in place through a view."""

    def forward(self, x):
        steps = []
        h = torch.zeros(x.size(1))
        for t in range(x.size(0)):
            h = torch.tanh(h + x[t])
            steps.append(h)
        y = torch.stack(steps, 1)
        k = 0
        while bool(y.abs().sum() > 1.0):
            y = y * 0.5
            k += 1
        y.view(-1).add_(k)
        return y


class Sequences(nn.Module):
    """Embeddings, attention and recurrent layers; the input is of whole numbers."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(20, 8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)
        self.gru = nn.GRU(8, 5, batch_first=True, bidirectional=True)
        self.lstm = nn.LSTM(10, 4, num_layers=2, batch_first=True)

    def forward(self, x):
        x = self.table(x)
        y, _ = self.attention(x, x, x, need_weights=False)
        z, _ = self.gru(self.norm(x + y))
        w, _ = self.lstm(z)
        return w[:, -1]


class Codes(nn.Module):
    """A network of 8-bit codes."""

    def __init__(self):
        super().__init__()
        self.quant = torch.ao.quantization.QuantStub()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.relu = nn.ReLU()
        self.second = nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.last = nn.Linear(8, 3)
        self.sum = torch.ao.nn.quantized.FloatFunctional()
        self.join = torch.ao.nn.quantized.FloatFunctional()
        self.dequant = torch.ao.quantization.DeQuantStub()

    def forward(self, x):
        x = self.relu(self.first(self.quant(x)))
        x = self.join.cat([self.sum.add(x, self.second(x)), x], 1)
        x = F.adaptive_avg_pool2d(F.max_pool2d(x, 2), (1, 1))
        return self.dequant(self.last(torch.flatten(x, 1)))


def codes():
    model = Codes().eval()
    model.qconfig = torch.ao.quantization.get_default_qconfig("qnnpack")
    torch.ao.quantization.fuse_modules(model, ["first", "relu"], inplace=True)
    torch.ao.quantization.prepare(model, inplace=True)
    for _ in range(4):
        model(torch.randn(4, 3, 8, 8))
    return torch.ao.quantization.convert(model, inplace=True)


def dynamic():
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3)).eval()
    return torch.ao.quantization.quantize_dynamic(model, {nn.Linear})


def slim(path):
    """Packs the archive anew without what only debuggers and PyTorch's own interpreter read."""
    with zipfile.ZipFile(path) as archive:
        files = [(item.filename, archive.read(item)) for item in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files:
            if name.endswith((".debug_pkl", "bytecode.pkl", "serialization_id")):
                continue
            kind = zipfile.ZIP_DEFLATED if name.endswith(".py") else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(name), data, kind)


# name: how the model is made, its input, tracing or not, rtol and atol
FIXTURES = {
    "torch-traced-conv": (Convolutions, lambda: torch.randn(2, 3, 13, 12), True, (1e-4, 1e-5)),
    "torch-scripted-conv": (Convolutions, lambda: torch.randn(1, 3, 9, 10), False, (1e-4, 1e-5)),
    "torch-control": (Control, lambda: torch.randn(2, 4), False, (1e-4, 1e-5)),
    "torch-data": (Data, lambda: torch.randn(5, 4), False, (1e-4, 1e-5)),
    "torch-loops": (Loops, lambda: torch.randn(5, 4), False, (1e-4, 1e-5)),
    "torch-sequences": (
        Sequences, lambda: torch.randint(0, 20, (2, 6)), False, (1e-4, 1e-5)),
    "torch-codes": (codes, lambda: torch.randn(1, 3, 8, 8), False, (0, 0.02)),
    "torch-dynamic-codes": (dynamic, lambda: torch.randn(2, 6), True, (0, 0.05)),
}


def main(out, names):
    for name, (make, make_input, traces, tolerance) in FIXTURES.items():
        if names and name not in names:
            continue
        torch.manual_seed(sum(name.encode()))
        model, x = make().eval(), make_input()
        with torch.no_grad():
            script = torch.jit.trace(model, x) if traces else torch.jit.script(model)
            y = script(x)
        folder = pathlib.Path(out, name)
        (folder / "test_data_set_0").mkdir(parents=True, exist_ok=True)
        script.save(str(folder / "model.pt"))
        slim(folder / "model.pt")
        np.save(folder / "test_data_set_0" / "input_0.npy", x.numpy())
        for index, item in enumerate(y.values() if isinstance(y, dict) else [y]):
            np.save(folder / "test_data_set_0" / f"output_{index}.npy", item.numpy())
        rtol, atol = tolerance
        (folder / "tolerance.json").write_text(json.dumps({"rtol": rtol, "atol": atol}) + "\n")
        print(name, (folder / "model.pt").stat().st_size, "bytes")


if __name__ == "__main__":
    main(sys.argv[1], set(sys.argv[2:]))
