#!/usr/bin/env python3
"""Do others read what we write, and we what others write? Makes a dataset, trains LeNet on it, and asks Python's `lmdb` and OpenCV.

    interoperates.py PICTURES [--weights DIR] [--epochs N]

PICTURES is a folder made by pictures.py. DIR holds LeNet as BVLC gave it out (`lenet.prototxt`, `lenet_iter_10000.caffemodel`), which
is then fine-tuned. Wants `pip install numpy lmdb "opencv-python-headless<5"`.
"""
import argparse
import pathlib
import random
import sys
import tempfile

import cv2
import lmdb
import numpy

import door

# What a probability may differ by; the server rounds to half of that.
TOLERANCE = 1e-4
PICTURES = 100

# BVLC's LeNet with what it takes to be trained: it was taught with pixels from 0 to 1.
SCALED = 'layer { name: "scale" type: "Power" bottom: "data" top: "scaled" power_param { scale: 0.00390625 } }\n'
LOSS = """
layer { name: "accuracy" type: "Accuracy" bottom: "ip2" bottom: "label" top: "accuracy" include { stage: "val" } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip2" bottom: "label" top: "loss" exclude { stage: "deploy" } }
layer { name: "prob" type: "Softmax" bottom: "ip2" top: "prob" include { stage: "deploy" } }
"""


def datum(data):
    """A Datum by the names of its fields."""
    names = {1: "channels", 2: "height", 3: "width", 4: "data", 5: "label", 6: "float_data", 7: "encoded"}
    return {names[number]: value for number, value in door.fields(data)}


def check_databases(dataset):
    """Every entry is the picture and label of its line in the list, and their mean is the one that was written."""
    folder = pathlib.Path(dataset["directory"])
    for name in ("train", "val"):
        lines = dict(line.rsplit(None, 1) for line in (folder / f"{name}.txt").read_text().splitlines())
        with lmdb.open(str(folder / f"{name}_db"), readonly=True, lock=False) as database, database.begin() as transaction:
            entries = [datum(value) for _, value in transaction.cursor()]
            keys = [key for key, _ in transaction.cursor()]
        assert keys == sorted(keys) and len(entries) == len(lines), (name, len(entries), len(lines))
        pictures = [cv2.imdecode(numpy.frombuffer(entry["data"], numpy.uint8), cv2.IMREAD_UNCHANGED) for entry in entries]
        sources = {cv2.imread(path, cv2.IMREAD_UNCHANGED).tobytes() + bytes([int(label)]) for path, label in lines.items()}
        assert {picture.tobytes() + bytes([entry.get("label", 0)]) for picture, entry in zip(pictures, entries)} == sources, name
        if name == "train":
            mean = numpy.frombuffer(door.blob((folder / "mean.binaryproto").read_bytes()), "<f4").reshape(28, 28)
            # The original rounds it.
            assert (numpy.around(numpy.mean(pictures, axis=0)) == mean).all(), "the mean is another one"
        print(f"lmdb: {len(entries)} entries of {name}_db hold the pictures and labels of {name}.txt")


def theirs(model, files, mean):
    """What OpenCV's Caffe importer says of the pictures."""
    folder = pathlib.Path(model["directory"])
    network = cv2.dnn.readNetFromCaffe(str(folder / model["deploy file"]), str(folder / model["snapshot file"]))
    answers = []
    for file in files:
        network.setInput(cv2.imread(file, cv2.IMREAD_GRAYSCALE).astype(numpy.float32)[None, None] - mean)
        answers.append(network.forward().ravel())
    return answers


def check_opencv(server, model, labels, files, mean):
    """OpenCV and this program say the same of the same files."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(files))
        listed.flush()
        path = "/models/images/classification/classify_many.json"
        ours = server.ask(path, {"job_id": model["id"]}, {"image_list": listed.name})["classifications"]
    answers = theirs(model, files, mean)
    worst = max(abs(answer[labels.index(label)] - percent / 100) for file, answer in zip(files, answers) for label, percent in ours[file])
    assert worst <= TOLERANCE, f"a probability differs by {worst}"
    print(f"OpenCV {cv2.__version__}: {len(files)} pictures by {model['name']}, largest difference of a probability {worst:.1e}")


def trained(server, dataset, **form):
    model = server.model(dataset, **form)
    server.until_done(model)
    return server.ask(f"/models/{model}.json")


def check_own(server, dataset, files, epochs):
    """A LeNet that was trained here."""
    folder = pathlib.Path(dataset["directory"])
    model = trained(server, dataset["id"], method="standard", standard_networks="lenet", train_epochs=epochs, model_name="lenet", random_seed=1)
    mean = numpy.frombuffer(door.blob((folder / "mean.binaryproto").read_bytes()), "<f4").reshape(1, 1, 28, 28)
    check_opencv(server, model, labels_of(dataset), files, mean)
    tuned = trained(server, dataset["id"], method="previous", previous_networks=model["id"], train_epochs=1, model_name="lenet, gone on with",
                    **{f"{model['id']}-snapshot": model["snapshots"][-1], "learning_rate": 0.001})
    first = door.curves(tuned["directory"])["val"][0]
    assert dict(first["outputs"])["accuracy"] > 0.9, f"it did not begin with the weights: {first}"
    check_opencv(server, tuned, labels_of(dataset), files, mean)


def check_theirs(server, dataset, files, weights):
    """BVLC's LeNet, fine-tuned: before the first step it knows MNIST already."""
    text = (weights / "lenet.prototxt").read_text()
    head, layers = text.split("layer {", 2)[0], "layer {" + text.split("layer {", 2)[2]
    layers = layers[:layers.rindex("layer {")].replace('bottom: "data"', 'bottom: "scaled"')
    model = trained(server, dataset["id"], method="custom", custom_network=head + SCALED + layers + LOSS, train_epochs=1, use_mean="none",
                    custom_network_snapshot=weights / "lenet_iter_10000.caffemodel", learning_rate=0.0001, model_name="LeNet of BVLC, fine-tuned")
    validated = [dict(point["outputs"])["accuracy"] for point in door.curves(model["directory"])["val"]]
    print(f"BVLC LeNet: validation accuracy {validated[0]:.4f} before the first step, {validated[-1]:.4f} after an epoch")
    assert validated[0] > 0.98 and validated[-1] > 0.98
    check_opencv(server, model, labels_of(dataset), files, numpy.float32(0))


def labels_of(dataset):
    return (pathlib.Path(dataset["directory"]) / "labels.txt").read_text().split("\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("pictures", type=pathlib.Path)
    arguments.add_argument("--weights", type=pathlib.Path)
    arguments.add_argument("--epochs", type=int, default=2)
    options = arguments.parse_args()
    pictures = options.pictures.resolve()
    files = random.Random(1).sample(sorted(str(path) for path in (pictures / "test").rglob("*.png")), PICTURES)
    roots = [pictures, *([options.weights] if options.weights else [])]
    with tempfile.TemporaryDirectory() as work, door.Server(pathlib.Path(work) / "data", roots) as server:
        dataset = server.dataset(pictures / "train")
        check_databases(dataset)
        check_own(server, dataset, files, options.epochs)
        if options.weights:
            check_theirs(server, dataset, files, options.weights.resolve())
        else:
            print("SKIPPED: fine-tuning of BVLC's LeNet, whose weights are not here (--weights)", file=sys.stderr)


if __name__ == "__main__":
    main()
