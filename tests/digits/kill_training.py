#!/usr/bin/env python3
"""Kills the server in the middle of a training, again and again, starts it anew each time, and compares the model with one that was
trained without a break from the same seed: the same epochs, the same curves point by point, the same bytes of weights.

    kill_training.py PICTURES [--kills N] [--epochs N] [--seed N]

PICTURES is a folder made by pictures.py.
"""
import argparse
import pathlib
import random
import tempfile
import time

import door

SETTINGS = "[tasks]\nlease_seconds = 1\nmax_attempts = 1000\n"


def train(server, dataset, name, epochs):
    return server.model(dataset, method="standard", standard_networks="lenet", train_epochs=epochs, model_name=name, random_seed=20261122)


def killed(server, model, kills, epochs, chance):
    """Kills the server while it trains, so many times, spread over the training; answers after how many epochs that was."""
    at = []
    while len(at) < kills:
        told = server.ask(f"/models/{model}.json")
        assert told["status"] not in ("Done", "Error", "Aborted"), f"over after {len(at)} kills: give it more epochs"
        done = len(told["snapshots"])
        if told["status"] == "Running" and done >= len(at) * epochs // (kills + 1):
            time.sleep(chance.uniform(0, 0.4))
            server.kill()
            at.append(done)
            server.start()
        time.sleep(0.02)
    return at


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("pictures", type=pathlib.Path)
    arguments.add_argument("--kills", type=int, default=5)
    arguments.add_argument("--epochs", type=int, default=12)
    arguments.add_argument("--seed", type=int, default=7)
    options = arguments.parse_args()
    pictures = options.pictures.resolve()
    with tempfile.TemporaryDirectory() as work, door.Server(pathlib.Path(work) / "data", [pictures], SETTINGS) as server:
        dataset = server.dataset(pictures / "train", dataset_name="digits")["id"]
        whole = train(server, dataset, "without a break", options.epochs)
        server.until_done(whole)
        broken = train(server, dataset, "killed", options.epochs)
        at = killed(server, broken, options.kills, options.epochs, random.Random(options.seed))
        server.until_done(broken)
        compare(*(server.ask(f"/models/{model}.json") for model in (whole, broken)), options.epochs)
        print(f"killed {options.kills} times, after {', '.join(map(str, at))} epochs: {options.epochs} epochs, the same curves and weights")


def compare(whole, broken, epochs):
    assert whole["snapshots"] == broken["snapshots"] == list(range(1, epochs + 1)), (whole["snapshots"], broken["snapshots"])
    curves = [door.curves(model["directory"]) for model in (whole, broken)]
    for phase in ("train", "val"):
        for one, other in zip(*(each[phase] for each in curves), strict=True):
            assert one == other, f"the curves differ: {one} and {other}"
    for epoch in (1, epochs):
        files = [sorted(pathlib.Path(model["directory"]).glob("snapshot_iter_*.caffemodel"), key=iteration)[epoch - 1] for model in (whole, broken)]
        assert files[0].read_bytes() == files[1].read_bytes(), f"the weights of epoch {epoch} differ"


def iteration(path):
    return int(path.stem.rsplit("_", 1)[1])


if __name__ == "__main__":
    main()
