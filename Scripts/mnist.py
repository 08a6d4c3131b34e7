"""Reads the MNIST files (IDX, gzipped) that the training and measuring scripts work on."""
import gzip
import pathlib

import numpy as np


def read_idx(path):
    """The array in one gzipped IDX file of unsigned bytes."""
    data = gzip.decompress(pathlib.Path(path).read_bytes())
    if data[:3] != b"\0\0\x08":
        raise ValueError(f"{path}: not an IDX file of unsigned bytes")
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, offset=4).astype(int)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load(folder, part):
    """Images (count x 28 x 28, bytes) and labels of `part`, "train" or "t10k"."""
    folder = pathlib.Path(folder)
    images = read_idx(folder / f"{part}-images-idx3-ubyte.gz")
    labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz")
    return images, labels
