#!/usr/bin/env python3
"""Writes pictures of digits into folders of classes, `FOLDER/train/0..9` and `FOLDER/test/0..9`, PNG of 28 x 28, grey.

    pictures.py FOLDER --mnist DIR          MNIST: the four files that its makers give out, unpacked whole
    pictures.py FOLDER [--train N] [--test N]   digits drawn here, moved, turned and sheared by chance: for machines without MNIST

Each file is named for its place in the collection, so the first zero of MNIST's test pictures is `test/0/00003.png`.
"""
import argparse
import gzip
import math
import pathlib
import random
import struct
import zlib

SIDE = 28
# Five by seven dots a digit.
GLYPHS = ("01110 10001 10011 10101 11001 10001 01110", "00100 01100 00100 00100 00100 00100 01110", "01110 10001 00001 00110 01000 10000 11111",
          "01110 10001 00001 00110 00001 10001 01110", "00010 00110 01010 10010 11111 00010 00010", "11111 10000 11110 00001 00001 10001 01110",
          "01110 10000 10000 11110 10001 10001 01110", "11111 00001 00010 00100 01000 01000 01000", "01110 10001 10001 01110 10001 10001 01110",
          "01110 10001 10001 01111 00001 00001 01110")


def png(pixels):
    """A grey PNG of 28 x 28 pixels, given row by row."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + pixels[row * SIDE:(row + 1) * SIDE] for row in range(SIDE))
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def unpacked(folder, prefix):
    """Label and pixels of every picture in a pair of MNIST's files."""
    pixels = gzip.decompress((folder / f"{prefix}-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((folder / f"{prefix}-labels-idx1-ubyte.gz").read_bytes())[8:]
    for place, label in enumerate(labels):
        yield label, pixels[place * SIDE * SIDE:(place + 1) * SIDE * SIDE]


def drawn(chance, digit):
    """The pixels of a digit in a handwriting of its own."""
    dots = [[int(dot) for dot in row] for row in GLYPHS[digit].split()]
    angle, shear, width, height = chance.uniform(-0.25, 0.25), chance.uniform(-0.2, 0.2), chance.uniform(2.2, 3.2), chance.uniform(2.4, 3.1)
    left, top, ink = chance.uniform(-2.5, 2.5), chance.uniform(-2.5, 2.5), chance.uniform(140, 255)
    cosine, sine = math.cos(angle), math.sin(angle)
    pixels = bytearray(SIDE * SIDE)
    for row in range(SIDE):
        for column in range(SIDE):
            x, y = column - SIDE / 2 + 0.5 - left, row - SIDE / 2 + 0.5 - top
            x, y = cosine * x + sine * y, cosine * y - sine * x
            x, y = (x + shear * y) / width + 2, y / height + 3
            pixels[row * SIDE + column] = int(min(255, ink * between(dots, x, y) + chance.random() * 20))
    return bytes(pixels)


def between(dots, x, y):
    """How much ink lies at a place between dots, 0 to 1."""
    ink, whole_x, whole_y = 0, math.floor(x), math.floor(y)
    for column, across in ((whole_x, whole_x + 1 - x), (whole_x + 1, x - whole_x)):
        for row, down in ((whole_y, whole_y + 1 - y), (whole_y + 1, y - whole_y)):
            if 0 <= column < 5 and 0 <= row < 7:
                ink += dots[row][column] * across * down
    return ink


def drawings(seed, count):
    chance = random.Random(seed)
    for place in range(count):
        digit = (place * 7 + 3) % 10
        yield digit, drawn(chance, digit)


def write(folder, pictures):
    for label in range(10):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
    count = 0
    for place, (label, pixels) in enumerate(pictures):
        (folder / str(label) / f"{place:05d}.png").write_bytes(png(pixels))
        count += 1
    return count


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--mnist", type=pathlib.Path, metavar="DIR")
    arguments.add_argument("--train", type=int, default=4000, metavar="N")
    arguments.add_argument("--test", type=int, default=400, metavar="N")
    options = arguments.parse_args()
    for name, prefix, count in (("train", "train", options.train), ("test", "t10k", options.test)):
        pictures = unpacked(options.mnist, prefix) if options.mnist else drawings(name, count)
        print(f"{name}: {write(options.folder / name, pictures)} pictures")


if __name__ == "__main__":
    main()
