"""Pictures as PNG. Written here: smaller and the same everywhere, unlike a library's."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["grey", "png"]

Pixels = NDArray[np.uint8]

_GREYS = 64  # levels: fewer compress better, more cannot be seen
_COLOUR_TYPES = {1: 0, 3: 2}  # channels to the code in the header


def grey(image: NDArray[np.float32], black: float, white: float) -> Pixels:
    """Grey levels of an image, shape (rows, columns); beyond black and white they are cut."""
    scaled = (image - black) / max(white - black, 1e-30)
    levels: Pixels = np.clip(scaled * _GREYS, 0, _GREYS - 1).astype(np.uint8)
    return levels * np.uint8(256 // _GREYS)


def png(pixels: Pixels) -> str:
    """PNG in base64 of grey (rows, columns) or coloured (rows, columns, 3) pixels."""
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    n_rows, n_columns, channels = pixels.shape
    left = np.pad(pixels, ((0, 0), (1, 0), (0, 0)))  # PNG filter 1: difference to the left
    steps = (pixels - left[:, :-1]).reshape(n_rows, -1)
    rows = np.pad(steps, ((0, 0), (1, 0)), constant_values=1)
    header = struct.pack(">IIBBBBB", n_columns, n_rows, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"IDAT", zlib.compress(np.ascontiguousarray(rows).tobytes(), 9)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode("ascii")
