#!/usr/bin/env python3
"""Asks a trained model of a running server and OpenCV's Caffe importer about the same pictures: both must say the same.

    opencv_agrees.py HOST MODEL-ID PICTURES-FOLDER [COUNT]

Wants `pip install "opencv-python-headless<5" numpy`, a model of one channel without a crop, and the folders of model and dataset on
this machine. Fails where a probability differs by more than 1e-4; the server rounds to half of that.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

import cv2
import numpy


def asked(host, path, *form):
    command = ["curl", "-sS", f"{host}{path}"] + [word for field in form for word in ("-F", field)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def mean_of(file):
    """The values of a BlobProto: its field 5, packed floats."""
    data, at = file.read_bytes(), 0
    while at < len(data):
        key, at = varint(data, at)
        value, at = varint(data, at)
        if key & 7 == 2:
            if key >> 3 == 5:
                return numpy.frombuffer(data[at : at + value], dtype="<f4")
            at += value
    sys.exit(f"{file} holds no values")


def main():
    host, model_id, folder = sys.argv[1:4]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 100
    model = asked(host, f"/models/{model_id}.json")
    dataset = asked(host, f"/datasets/{model['dataset_id']}.json")
    files = sorted(str(path.resolve()) for path in pathlib.Path(folder).rglob("*.png"))
    files = random.Random(1).sample(files, min(count, len(files)))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(files))
        listed.flush()
        path = "/models/images/classification/classify_many.json"
        ours = asked(host, path, f"job_id={model_id}", f"image_list=@{listed.name}")["classifications"]
    inside, made = pathlib.Path(model["directory"]), pathlib.Path(dataset["directory"])
    labels = (made / "labels.txt").read_text().split("\n")
    height, width, _ = model["image dimensions"]
    mean = mean_of(made / "mean.binaryproto").reshape(1, 1, height, width)
    network = cv2.dnn.readNetFromCaffe(str(inside / "deploy.prototxt"), str(inside / model["snapshot file"]))
    worst = 0
    for file in files:
        network.setInput(cv2.imread(file, cv2.IMREAD_GRAYSCALE).astype(numpy.float32)[None, None] - mean)
        theirs = network.forward().ravel()
        worst = max([worst, *(abs(theirs[labels.index(label)] - percent / 100) for label, percent in ours[file])])
    print(f"{len(files)} pictures, largest difference of a probability: {worst:.2g}")
    sys.exit(int(worst > 1e-4))


if __name__ == "__main__":
    main()
