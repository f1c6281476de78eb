"""LeNet on MNIST, from the folder of pictures to the answers: making the dataset, training it beside PyTorch, asking about many pictures."""
import pathlib
import re
import shutil
import subprocess
import sys
import time

from kit import rounds, talk
from kit.results import Section, Table, Target

# The tests' own ways to get digits and to speak to the server as DIGITS' scripts do.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tests/digits"))
import door  # noqa: E402
import pictures as digits  # noqa: E402

TITLE = "Training LeNet on MNIST; its dataset; many answers"
DRAWN = 20_000


def run(setting):
    section = Section()
    folder = source(setting)
    with door.Server(setting.work / "training-server", [folder], binary=setting.program) as server:
        dataset = making(setting, section, server, folder)
        training(setting, section, pathlib.Path(dataset["directory"]))
        asking(setting, section, server, dataset)
    return section


def source(setting):
    """Folders of classes: MNIST where it is, else digits that are drawn. Made once."""
    mnist = setting.shared and setting.shared / "mnist"
    count = 2_000 if setting.quick else DRAWN
    folder = setting.cache / ("mnist" if mnist and not setting.quick else f"digits-{count}")
    if not (folder / "whole").exists():
        setting.say("writing pictures of digits (once)")
        for name, prefix, share in (("train", "train", count), ("test", "t10k", count // 6)):
            digits.write(folder / name, digits.unpacked(mnist, prefix) if folder.name == "mnist" else digits.drawings(name, share))
        (folder / "whole").touch()
    return folder


def making(setting, section, server, folder):
    """A dataset from the folder: decoded, hashed into the library, written as LMDB of PNG, its mean."""
    count, times = sum(1 for _ in (folder / "train").rglob("*.png")), []
    for place in range(2 if setting.quick else 3):
        start = time.perf_counter()
        dataset = server.dataset(folder / "train", dataset_name=f"digits {place}")
        times.append(time.perf_counter() - start)
    table = Table(f"A dataset of {count:,} PNG pictures of 28 x 28 in class folders", ["", "s", "pictures/s"])
    table.rows.append(["the first: all pictures are new to the library", f"{times[0]:.1f}", f"{count / times[0]:,.0f}"])
    again = rounds.median(times[1:])
    table.rows.append(["again: the library has them", f"{again:.1f}", f"{count / again:,.0f}"])
    section.tables.append(table)
    return dataset


def training(setting, section, folder):
    names = {"tensors": "PyTorch, pictures in memory", "loader": "PyTorch, DataLoader over the files"}
    peers = {mode: talk.peer(f"train {mode}", "train_torch", setting, mode, folder / "train.txt", threads=setting.threads) for mode in names}
    try:
        for peer in peers.values():
            peer.ask("prepare")
        workers = max((0, 1, 2), key=lambda count: peers["loader"].ask("epoch", workers=count)["pictures_per_second"])
        runs = {name: lambda mode=mode: peers[mode].ask("epoch", workers=workers)["pictures_per_second"] for mode, name in names.items()}
        figures = rounds.alternate({"likeness train": lambda: ours(setting, folder), **runs}, setting.rounds)
    finally:
        for peer in peers.values():
            peer.close()
    table = Table(f"An epoch of LeNet, batches of 64, {setting.threads} threads", ["", "pictures/s", "reads"])
    reads = {"likeness train": "PNG in LMDB, decoded while it trains", names["tensors"]: "nothing: bytes in memory", names["loader"]: f"PNG files, {workers} workers"}
    table.rows += [[name, rounds.with_spread(rates), reads[name]] for name, rates in figures.items()]
    section.tables.append(table)
    for name in names.values():
        section.targets.append(Target("training of LeNet, pictures a second", name, 1.0, rounds.ratio(figures["likeness train"], figures[name])))


def ours(setting, folder):
    """One epoch by the command, without validation and with the last snapshot only."""
    out = setting.work / "trained"
    shutil.rmtree(out, ignore_errors=True)
    command = [setting.program, "train", "--train", folder / "train_db", "--out", out, "--epochs", 1, "--val-interval", 0, "--snapshot-interval", 0]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=talk.environment(setting.threads))
    found = re.search(r"([\d.]+) pictures a second", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"likeness train: {done.stderr.strip()[-500:]}")
    return float(found[1])


def asking(setting, section, server, dataset):
    """The walk-through's list of all validation pictures, by path."""
    folder = pathlib.Path(dataset["directory"])
    model = server.model(dataset["id"], method="standard", standard_networks="lenet", train_epochs=1, model_name="lenet")
    server.until_done(model)
    count, rates = len((folder / "val.txt").read_text().splitlines()), []
    for _ in range(setting.rounds):
        start = time.perf_counter()
        found = server.ask("/models/images/classification/classify_many.json", {"job_id": model}, {"image_list": folder / "val.txt"})
        rates.append(count / (time.perf_counter() - start))
        if len(found["classifications"]) != count:
            raise RuntimeError(f"{len(found['classifications'])} answers for {count} pictures")
    table = Table(f"`classify_many.json` over a list of {count:,} files", ["", "pictures/s"])
    table.rows.append(["likeness serve, one request", rounds.with_spread(rates)])
    section.tables.append(table)
