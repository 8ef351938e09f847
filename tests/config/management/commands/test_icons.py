"""The icons of the installed app are what the command draws."""

import struct
import zlib

import pytest

from config.management.commands.icons import DRAWINGS, FOLDER, PAPER, SHEET, SIZES, png, waves


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", DRAWINGS)
def test_the_kept_icon_is_what_the_command_draws(name, size):
    assert (FOLDER / f"{name}-{size}.png").read_bytes() == png(DRAWINGS[name](size))


@pytest.mark.parametrize("name, ground", [("icon", PAPER), ("notes", SHEET)])
def test_the_strokes_stay_inside_the_circle_a_phone_may_cut_out(name, ground):
    size = 192
    pixels = DRAWINGS[name](size)
    painted = [(x, y) for y in range(size) for x in range(size) if tuple(pixels[y, x]) != ground]
    assert painted
    assert all((x - size / 2) ** 2 + (y - size / 2) ** 2 <= (0.4 * size) ** 2 for x, y in painted)


def test_a_png_says_its_size_and_holds_every_row():
    file = png(waves(16))
    assert file.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", file[16:24]) == (16, 16)
    start = file.index(b"IDAT") + 4
    length = struct.unpack(">I", file[start - 8 : start - 4])[0]
    assert len(zlib.decompress(file[start : start + length])) == 16 * (1 + 3 * 16)
