"""Draws the app's icons: two calm waves on paper, as PNG files for phones. Run again after changing the colours."""

import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.core.management.base import BaseCommand

FOLDER = Path(__file__).resolve().parents[3] / "backend" / "web" / "static" / "web"
PAPER, ME, YOU = (250, 247, 242), (15, 107, 102), (154, 79, 31)
SIZES = (180, 192, 512)
WAVES = ((0.43, ME, 0.0), (0.62, YOU, 0.13))  # height, colour, length of a dash and its gap; shares of the width
HALF_STROKE = 0.036

Pixels = npt.NDArray[np.float64]


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_args: object, **_options: object) -> None:
        for size in SIZES:
            path = FOLDER / f"icon-{size}.png"
            path.write_bytes(png(drawing(size)))
            print(path.name, path.stat().st_size, "bytes")


def drawing(size: int) -> npt.NDArray[np.uint8]:
    """The icon as (size, size, 3) bytes; the waves stay inside the circle a phone may cut out."""
    centre = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(centre, centre)
    image: Pixels = np.broadcast_to(np.array(PAPER, float), (size, size, 3)).copy()
    for height, colour, dash in WAVES:
        cover = np.clip(0.5 + (HALF_STROKE - distance_to_wave(x, y, height, dash)) * size, 0, 1)[..., None]
        image = image * (1 - cover) + np.array(colour, float) * cover
    return np.rint(image).astype(np.uint8)


def distance_to_wave(x: Pixels, y: Pixels, height: float, dash: float) -> Pixels:
    """Distance of each pixel to one wave, in shares of the width; a wave with `dash` > 0 is broken into pieces."""
    along = np.linspace(0.22, 0.78, 400)
    if dash:
        along = along[((along - 0.22) % dash) < dash * 0.55]
    wave = height - 0.075 * np.sin((along - 0.22) / 0.56 * 2 * np.pi)
    nearest = np.full(x.shape, np.inf)
    for at_x, at_y in zip(along, wave, strict=True):
        np.minimum(nearest, np.hypot(x - at_x, y - at_y), out=nearest)
    return nearest


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """An RGB image as a PNG file (https://www.w3.org/TR/png-3/)."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\x00" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + body
