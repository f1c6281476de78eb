#!/usr/bin/env python3
"""Trains a small network with every solver and learning rate policy, `likeness train` against NumPy in double precision: the weights
after one step and after all, the rates and the losses of every iteration. Caffe's solver texts are the formulas of both.

Wants `pip install numpy lmdb`. The database, the first weights and all numbers are made here, so nothing of ours checks itself.
"""
import math
import pathlib
import subprocess
import tempfile

import lmdb
import numpy

import door

TOLERANCE = 1e-5
EXAMPLES, BATCH, SIDE, HIDDEN, CLASSES, EPOCHS = 28, 8, 4, 6, 3, 6
ITERATIONS = math.ceil(EXAMPLES / BATCH) * EPOCHS
RATE = 0.05
# Of weights and biases: factors of the rate and of the decay.
MULTIPLIERS = ((1, 1), (2, 0))

NETWORK = f"""
layer {{ name: "scale" type: "Power" bottom: "data" top: "scaled" power_param {{ scale: 0.01 }} }}
layer {{ name: "ip1" type: "InnerProduct" bottom: "scaled" top: "ip1" param {{ lr_mult: 1 decay_mult: 1 }} param {{ lr_mult: 2 decay_mult: 0 }}
  inner_product_param {{ num_output: {HIDDEN} }} }}
layer {{ name: "relu1" type: "ReLU" bottom: "ip1" top: "ip1" }}
layer {{ name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2" param {{ lr_mult: 1 decay_mult: 1 }} param {{ lr_mult: 2 decay_mult: 0 }}
  inner_product_param {{ }} }}
layer {{ name: "loss" type: "SoftmaxWithLoss" bottom: "ip2" bottom: "label" top: "loss" exclude {{ stage: "deploy" }} }}
layer {{ name: "softmax" type: "Softmax" bottom: "ip2" top: "softmax" include {{ stage: "deploy" }} }}
"""


def varint(value):
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def field(number, value):
    """A field of a protobuf message: a whole number, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def write_database(folder, pictures, labels):
    folder.mkdir()
    with lmdb.open(str(folder), map_size=1 << 24) as database, database.begin(write=True) as transaction:
        for place, (picture, label) in enumerate(zip(pictures, labels)):
            datum = field(1, 1) + field(2, SIDE) + field(3, SIDE) + field(4, picture.tobytes()) + field(5, int(label))
            transaction.put(b"%09d" % place, datum)


def write_weights(path, layers):
    def blob(values):
        return field(7, b"".join(varint(side) for side in values.shape)), values.astype("<f4").tobytes()

    def one(name, blobs):
        stored = b"".join(field(7, field(7, field(1, shape[2:])) + field(5, data)) for shape, data in map(blob, blobs))
        return field(100, field(1, name.encode()) + field(2, b"InnerProduct") + stored)

    path.write_bytes(field(1, b"first") + b"".join(one(name, blobs) for name, blobs in layers.items()))


def gradients(blobs, pictures, labels):
    """Mean loss of a batch and its gradients."""
    weights1, biases1, weights2, biases2 = blobs
    values = pictures.reshape(len(pictures), -1)
    before = values @ weights1.T + biases1
    hidden = numpy.maximum(before, 0)
    scores = hidden @ weights2.T + biases2
    scores = numpy.exp(scores - scores.max(1, keepdims=True))
    shares = scores / scores.sum(1, keepdims=True)
    loss = -numpy.log(shares[range(len(labels)), labels]).mean()
    shares[range(len(labels)), labels] -= 1
    shares /= len(labels)
    back = (shares @ weights2) * (before > 0)
    return loss, [back.T @ values, back.sum(0), shares.T @ hidden, shares.sum(0)]


class Solver:
    """Caffe's update rules, as its `solvers/*.cpp` have them."""

    def __init__(self, kind, blobs):
        self.kind, self.first, self.second = kind, [0 * blob for blob in blobs], [0 * blob for blob in blobs]

    def change(self, place, gradient, rate, step):
        first, second, delta = self.first[place], self.second[place], 1e-8
        if self.kind in ("SGD", "NESTEROV"):
            before = first.copy()
            first[...] = 0.9 * first + rate * gradient
            return first if self.kind == "SGD" else 1.9 * first - 0.9 * before
        if self.kind == "ADAGRAD":
            first[...] = first + gradient ** 2
            return rate * gradient / (numpy.sqrt(first) + delta)
        if self.kind == "RMSPROP":
            first[...] = 0.99 * first + 0.01 * gradient ** 2
            return rate * gradient / (numpy.sqrt(first) + delta)
        if self.kind == "ADADELTA":
            first[...] = 0.9 * first + 0.1 * gradient ** 2
            update = gradient * numpy.sqrt((second + delta) / (first + delta))
            second[...] = 0.9 * second + 0.1 * update ** 2
            return rate * update
        first[...] = 0.9 * first + 0.1 * gradient
        second[...] = 0.999 * second + 0.001 * gradient ** 2
        return rate * math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step) * first / (numpy.sqrt(second) + delta)


def percent(position):
    """The iteration at so many percent of the training."""
    return math.ceil(position * ITERATIONS / 100)


# What is given to --policy, and the rate of iteration i by the fields that the solver's text gets.
POLICIES = {
    "fixed": lambda i: RATE,
    "step:33,0.1": lambda i: RATE * 0.1 ** (i // percent(33)),
    "multistep:0.5,20,60,85": lambda i: RATE * 0.5 ** sum(i >= percent(at) for at in (20, 60, 85)),
    "exp:0.97": lambda i: RATE * (0.97 ** (100 / ITERATIONS)) ** i,
    "inv:0.1,0.5": lambda i: RATE * (1 + 0.1 * 100 / ITERATIONS * i) ** -0.5,
    "poly:3": lambda i: RATE * (1 - i / ITERATIONS) ** 3,
    "sigmoid:50,0.1": lambda i: RATE / (1 + math.exp(0.1 * 100 / ITERATIONS * (i - percent(50)))),
}


def by_numpy(kind, rate_of, blobs, pictures, labels):
    """Weights after each iteration, and losses: batches follow each other, from the last example to the first."""
    solver, blobs, history, losses = Solver(kind, blobs), [blob.copy() for blob in blobs], [], []
    for iteration in range(ITERATIONS):
        places = [(iteration * BATCH + place) % EXAMPLES for place in range(BATCH)]
        loss, found = gradients(blobs, pictures[places], labels[places])
        for place, (blob, gradient) in enumerate(zip(blobs, found)):
            of_rate, of_decay = MULTIPLIERS[place % 2]
            decayed = gradient + RATE / 100 * of_decay * blob
            blob -= solver.change(place, decayed, rate_of(iteration) * of_rate, iteration + 1)
        history.append([blob.copy() for blob in blobs])
        losses.append(loss)
    return history, losses


def by_us(work, kind, policy):
    """The folder in which our program has trained."""
    out = work / f"{kind}-{policy.split(':')[0]}"
    command = [door.program(), "train", "--train", work / "database", "--out", out, "--network", work / "network.prototxt", "--mean", "image",
               "--epochs", EPOCHS, "--batch", BATCH, "--solver", kind, "--rate", RATE, "--policy", policy, "--weights", work / "first.caffemodel",
               "--snapshot-interval", 1 / 4, "--seed", 1]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


def stored(folder, iteration):
    layers = door.layers(folder / f"snapshot_iter_{iteration}.caffemodel")
    return [numpy.frombuffer(data, "<f4") for name in ("ip1", "ip2") for data in layers[name]]


def compare(work, kind, policy, blobs, pictures, labels):
    """Largest difference of weights after one step and after all, of losses, and (relative) of rates."""
    folder = by_us(work, kind, policy)
    history, losses = by_numpy(kind, POLICIES[policy], blobs, pictures, labels)
    differences = []
    for iteration in (1, ITERATIONS):
        pairs = zip(stored(folder, iteration), history[iteration - 1])
        differences.append(max(abs(found - expected.ravel()).max() for found, expected in pairs))
    points = door.curves(folder)["train"]
    assert len(points) >= ITERATIONS / 2, points
    differences.append(max(abs(dict(point["outputs"])["loss"] - losses[point["iteration"]]) for point in points))
    differences.append(max(abs(point["learning_rate"] / POLICIES[policy](point["iteration"]) - 1) for point in points))
    assert max(differences) <= TOLERANCE, f"{kind}, {policy}: {differences}"
    print(f"{kind:9} {policy:24} weights after 1 step {differences[0]:.0e}, after {ITERATIONS} {differences[1]:.0e}, losses {differences[2]:.0e}, "
          f"rates {differences[3]:.0e}")


def main():
    chance = numpy.random.default_rng(5)
    raw = chance.integers(0, 256, (EXAMPLES, SIDE, SIDE), dtype=numpy.uint8)
    labels = chance.integers(0, CLASSES, EXAMPLES)
    labels[:CLASSES] = range(CLASSES)
    shapes = ((HIDDEN, SIDE * SIDE), (HIDDEN,), (CLASSES, HIDDEN), (CLASSES,))
    blobs = [chance.normal(0, 0.4, shape).astype("f4").astype("f8") for shape in shapes]
    pictures = (raw - raw.mean(0)) * 0.01
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        write_database(work / "database", raw, labels)
        write_weights(work / "first.caffemodel", {"ip1": blobs[:2], "ip2": blobs[2:]})
        (work / "network.prototxt").write_text(NETWORK)
        for kind in ("SGD", "NESTEROV", "ADAGRAD", "RMSPROP", "ADADELTA", "ADAM"):
            compare(work, kind, "step:33,0.1", blobs, pictures, labels)
        for policy in POLICIES:
            compare(work, "SGD", policy, blobs, pictures, labels)


if __name__ == "__main__":
    main()
