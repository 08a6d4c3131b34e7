#!/usr/bin/env python3
"""Trains the bundled digit classifier, a LeNet, and writes it as an ONNX file.

    train-digits.py MNIST_FOLDER OUT.onnx [--epochs N] [--seed N]

MNIST_FOLDER holds the four gzipped IDX files. The input of the network is a white digit on black,
1x1x28x28, from 0 to 1; the output is a probability per digit. The training images are turned,
scaled, shifted, sheared, and made thinner, thicker and harder-edged, so that digits drawn with a
mouse or the arrow keys are recognised too. One thread, a few minutes.
"""
import argparse
import time

import mnist
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

BATCH = 128


class LeNet(nn.Module):
    """Two convolutions, each followed by a maximum pooling, and two linear layers."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5, padding=2)
        self.conv2 = nn.Conv2d(16, 32, 5)
        self.fc1 = nn.Linear(32 * 5 * 5, 96)
        self.fc2 = nn.Linear(96, 10)
        self.dropout = nn.Dropout(0.3)

    def forward(self, x):
        x = functional.max_pool2d(self.conv1(x).relu(), 2)
        x = functional.max_pool2d(self.conv2(x).relu(), 2)
        x = self.fc1(self.dropout(x.flatten(1))).relu()
        return self.fc2(self.dropout(x))


def warped(x, random):
    """`x` under a random affine map per image."""
    count = len(x)

    def uniform(low, high):
        return torch.rand(count, generator=random) * (high - low) + low

    angle, shear = uniform(-0.26, 0.26), uniform(-0.2, 0.2)
    wide, high = uniform(0.8, 1.4), uniform(0.8, 1.3)
    rows = [
        torch.stack([wide * angle.cos(), shear - angle.sin(), uniform(-0.2, 0.2)], 1),
        torch.stack([angle.sin(), high * angle.cos(), uniform(-0.2, 0.2)], 1),
    ]
    grid = functional.affine_grid(torch.stack(rows, 1), x.shape, align_corners=False)
    return functional.grid_sample(x, grid, align_corners=False)


def restroked(x, random):
    """`x` with thinner or thicker strokes, and edges of random hardness."""
    amount = torch.rand(len(x), 1, 1, 1, generator=random) * 1.6 - 0.6
    thick = functional.max_pool2d(x, 3, 1, 1)
    thin = -functional.max_pool2d(-x, (2, 2), 1, 1)[:, :, :28, :28]
    x = torch.where(amount > 0, x + amount.clamp(0, 1) * (thick - x), x - amount * (thin - x))
    gain = torch.rand(len(x), 1, 1, 1, generator=random) * 2 + 0.8
    return (x * gain).clamp(0, 1)


def augmented(x, random):
    """A random variant of each image; one in four stays as it is."""
    keep = torch.rand(len(x), 1, 1, 1, generator=random) < 0.25
    return torch.where(keep, x, restroked(warped(x, random), random))


def train(images, labels, epochs, seed):
    """The network after `epochs` passes over the training set, with one learning-rate cycle."""
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    network = LeNet()
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.01)
    steps = -(-len(images) // BATCH)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, epochs * steps)
    for epoch in range(epochs):
        start, total = time.time(), 0.0
        for batch in torch.randperm(len(images), generator=random).split(BATCH):
            loss = functional.cross_entropy(
                network(augmented(images[batch], random)), labels[batch], label_smoothing=0.02
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            cycle.step()
            total += loss.item() * len(batch)
        print(f"epoch {epoch + 1}: loss {total / len(images):.4f}, {time.time() - start:.0f} s",
              flush=True)
    return network.eval()


def onnx_model(network):
    """The trained network as an ONNX model, named by hand so that it reads well."""
    initializers = [
        numpy_helper.from_array(value.numpy().copy(), name)
        for name, value in network.state_dict().items()
    ]
    conv = {"kernel_shape": [5, 5], "strides": [1, 1]}
    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}

    def node(op, name, inputs, output, **attributes):
        return helper.make_node(op, inputs, [output], name=name, **attributes)

    nodes = [
        node("Conv", "conv1", ["image", "conv1.weight", "conv1.bias"], "conv1/out",
             pads=[2, 2, 2, 2], **conv),
        node("Relu", "relu1", ["conv1/out"], "relu1/out"),
        node("MaxPool", "pool1", ["relu1/out"], "pool1/out", **pool),
        node("Conv", "conv2", ["pool1/out", "conv2.weight", "conv2.bias"], "conv2/out", **conv),
        node("Relu", "relu2", ["conv2/out"], "relu2/out"),
        node("MaxPool", "pool2", ["relu2/out"], "pool2/out", **pool),
        node("Flatten", "flatten", ["pool2/out"], "flatten/out", axis=1),
        node("Gemm", "fc1", ["flatten/out", "fc1.weight", "fc1.bias"], "fc1/out", transB=1),
        node("Relu", "relu3", ["fc1/out"], "relu3/out"),
        node("Gemm", "fc2", ["relu3/out", "fc2.weight", "fc2.bias"], "fc2/out", transB=1),
        node("Softmax", "softmax", ["fc2/out"], "digit", axis=1),
    ]
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 28, 28])],
        [helper.make_tensor_value_info("digit", TensorProto.FLOAT, [1, 10])],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    model.producer_name = "train-digits.py"
    helper.set_model_props(
        model, {"Image.BitmapPixelFormat": "Gray8", "Image.NominalPixelRange": "Normalized_0_1"}
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def tensors(folder, part):
    """Images from 0 to 1 and labels as tensors."""
    images, labels = mnist.load(folder, part)
    scaled = images.astype(np.float32)[:, None] / 255
    return torch.from_numpy(scaled), torch.from_numpy(labels.astype(np.int64))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("mnist")
    arguments.add_argument("out")
    arguments.add_argument("--epochs", type=int, default=30)
    arguments.add_argument("--seed", type=int, default=7)
    options = arguments.parse_args()

    torch.set_num_threads(1)
    network = train(*tensors(options.mnist, "train"), options.epochs, options.seed)
    with torch.no_grad():
        images, labels = tensors(options.mnist, "t10k")
        right = (network(images).argmax(1) == labels).sum().item()
    print(f"right: {right} of {len(labels)} test images")
    onnx.save(onnx_model(network), options.out)


if __name__ == "__main__":
    main()
