#!/usr/bin/env python3
"""Reads a training database as any Caffe tool would: with Python's `lmdb` (pip install lmdb) and protobuf by hand.

    read_lmdb.py FOLDER [COUNT]

Prints the number of entries, the first keys, and shape, label and size of their pictures; fails where one is no Datum.
"""

import sys

import lmdb


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def datum(data):
    names = {1: "channels", 2: "height", 3: "width", 4: "data", 5: "label", 6: "float_data", 7: "encoded"}
    found, at = {"float_data": 0}, 0
    while at < len(data):
        key, at = varint(data, at)
        name, kind = names[key >> 3], key & 7
        if kind == 0:
            found[name], at = varint(data, at)
        elif kind == 2:
            length, at = varint(data, at)
            found[name], at = data[at : at + length], at + length
        elif kind == 5:
            found[name], at = found[name] + 1, at + 4
        else:
            raise ValueError(f"wire type {kind}")
    assert at == len(data), "the entry ends early"
    return found


def main():
    folder, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with lmdb.open(folder, readonly=True, lock=False) as environment, environment.begin() as transaction:
        print("entries", transaction.stat()["entries"])
        for place, (key, value) in enumerate(transaction.cursor()):
            entry = datum(value)
            pixels = entry["channels"] * entry["height"] * entry["width"]
            data = entry.get("data", b"")
            if entry.get("encoded"):
                assert data[:4] == b"\x89PNG" or data[:2] == b"\xff\xd8", "neither PNG nor JPEG"
            else:
                assert pixels in (len(data), entry["float_data"]), "the size does not fit"
            if place < count:
                print(key.decode(), entry["channels"], entry["height"], entry["width"], entry.get("label", 0), len(data))


if __name__ == "__main__":
    main()
