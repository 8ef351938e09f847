"""Draws the app's icons as PNG files for phones: two calm waves on paper, and the neutral sheet with three lines. Run again after changing the colours."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.core.management.base import BaseCommand

FOLDER = Path(__file__).resolve().parents[3] / "backend" / "web" / "static" / "web"
PAPER, ME, YOU = (250, 247, 242), (15, 107, 102), (154, 79, 31)
SIZES = (180, 192, 512)
WAVES = ((0.43, ME, 0.0), (0.62, YOU, 0.13))  # height, colour, length of a dash and its gap; shares of the width
HALF_STROKE = 0.036
SHEET, INK = (241, 243, 245), (90, 97, 107)
LINES = ((0.37, 0.71), (0.5, 0.71), (0.63, 0.55))  # height, where it ends; shares of the width

Pixels = npt.NDArray[np.float64]


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_args: object, **_options: object) -> None:
        for name, drawing in DRAWINGS.items():
            for size in SIZES:
                path = FOLDER / f"{name}-{size}.png"
                path.write_bytes(png(drawing(size)))
                print(path.name, path.stat().st_size, "bytes")


def waves(size: int) -> npt.NDArray[np.uint8]:
    """The icon as (size, size, 3) bytes; the waves stay inside the circle a phone may cut out."""
    return _drawn(size, PAPER, [(colour, points_of_wave(height, dash)) for height, colour, dash in WAVES])


def sheet(size: int) -> npt.NDArray[np.uint8]:
    """The neutral icon: lines of writing, as on any sheet of paper."""
    return _drawn(size, SHEET, [(INK, (np.linspace(0.29, end, 200), np.full(200, height))) for height, end in LINES])


DRAWINGS = {"icon": waves, "notes": sheet}

Points = tuple[Pixels, Pixels]


def points_of_wave(height: float, dash: float) -> Points:
    """Where the pen goes, in shares of the width; a wave with `dash` > 0 is broken into pieces."""
    along = np.linspace(0.22, 0.78, 400)
    if dash:
        along = along[((along - 0.22) % dash) < dash * 0.55]
    return along, height - 0.075 * np.sin((along - 0.22) / 0.56 * 2 * np.pi)


def _drawn(size: int, ground: tuple[int, int, int], strokes: Sequence[tuple[tuple[int, int, int], Points]]) -> npt.NDArray[np.uint8]:
    centre = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(centre, centre)
    image: Pixels = np.broadcast_to(np.array(ground, float), (size, size, 3)).copy()
    for colour, points in strokes:
        cover = np.clip(0.5 + (HALF_STROKE - _distance(x, y, points)) * size, 0, 1)[..., None]
        image = image * (1 - cover) + np.array(colour, float) * cover
    return np.rint(image).astype(np.uint8)


def _distance(x: Pixels, y: Pixels, points: Points) -> Pixels:
    """Distance of each pixel to the nearest point, in shares of the width."""
    nearest = np.full(x.shape, np.inf)
    for at_x, at_y in zip(*points, strict=True):
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
