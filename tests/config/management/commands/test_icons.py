"""The icons of the installed app are what the command draws."""

import struct
import zlib

import pytest

from config.management.commands.icons import FOLDER, PAPER, SIZES, drawing, png


@pytest.mark.parametrize("size", SIZES)
def test_the_kept_icon_is_what_the_command_draws(size):
    assert (FOLDER / f"icon-{size}.png").read_bytes() == png(drawing(size))


def test_the_waves_stay_inside_the_circle_a_phone_may_cut_out():
    size = 192
    pixels = drawing(size)
    painted = [(x, y) for y in range(size) for x in range(size) if tuple(pixels[y, x]) != PAPER]
    assert painted
    assert all((x - size / 2) ** 2 + (y - size / 2) ** 2 <= (0.4 * size) ** 2 for x, y in painted)


def test_a_png_says_its_size_and_holds_every_row():
    file = png(drawing(16))
    assert file.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", file[16:24]) == (16, 16)
    start = file.index(b"IDAT") + 4
    length = struct.unpack(">I", file[start - 8 : start - 4])[0]
    assert len(zlib.decompress(file[start : start + length])) == 16 * (1 + 3 * 16)
