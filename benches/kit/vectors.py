"""Sets of vectors as files that both sides read: synthetic ones by the generator in `src/index/synthetic.rs`, and features of photos.
With the true answers of their queries, computed by a plain matrix product."""
import dataclasses
import json
import pathlib
import shutil

import numpy

from kit import pictures, talk

SEED = 7
DIMENSION = 512
NEAREST = 10
BLOCK = 1 << 15


@dataclasses.dataclass
class Vectors:
    """A folder with `rows.npy`, `queries.npy` and `truth.npy` (the rows of the nearest ten, unordered)."""
    name: str
    folder: pathlib.Path

    @property
    def rows(self):
        return self.folder / "rows.npy"

    @property
    def queries(self):
        return self.folder / "queries.npy"

    def shape(self):
        return numpy.load(self.rows, mmap_mode="r").shape

    def recall(self, answers, truth=None):
        """Part of the true nearest that was answered, as means over the queries."""
        truth = numpy.load(self.folder / "truth.npy") if truth is None else truth
        found = sum(len(set(answer[:NEAREST]) & set(true.tolist())) for answer, true in zip(answers, truth))
        return found / truth[: len(answers)].size


def synthetic(setting, kind, count, queries=1000):
    """`clustered` or `smooth`, 512 numbers a vector."""
    folder = setting.cache / "vectors" / f"{kind}-{count}-{DIMENSION}-{SEED}"
    if not (folder / "truth.npy").exists():
        setting.say(f"making {count:,} {kind} vectors")
        with talk.ours(setting, threads=setting.threads) as ours:
            ours.ask("make", set=kind, rows=count, queries=queries, dimension=DIMENSION, seed=SEED, folder=folder)
        add_truth(folder)
    return Vectors(f"{kind} {size(count)}", folder)


def real(setting, count, queries=1000):
    """Features of MobileNetV2 (without its weights: of the built-in network) for small cuts of the photos."""
    model, mirror = pictures.feature_model(setting)
    folder = setting.cache / "vectors" / f"real-{model}-{count}"
    if not (folder / "truth.npy").exists():
        setting.say(f"taking the features of {count:,} cuts of photos with {model}")
        folder.mkdir(parents=True, exist_ok=True)
        split(extracted(setting, model, mirror, count + queries), queries, folder)
        add_truth(folder)
    return Vectors(f"photos {size(count)} ({'MobileNetV2' if mirror else model})", folder)


def extracted(setting, model, mirror, count):
    """Imports the cuts and takes their features with the program itself; the matrix lies in the library's folder."""
    library = setting.work / "features"
    mirror = ["--mirror", mirror] if mirror else []
    left = count
    for part in pictures.small(setting, count):
        pictures.likeness(setting, library, "import", pictures.first(setting, part, left), "--json")
        left -= pictures.SMALL_IN_FOLDER
    pictures.likeness(setting, library, "extract", "--model", model, "--no-index", "--json", *mirror)
    meta = next(library.glob("**/meta.json"))
    dimension = json.loads(meta.read_text())["dimension"]
    matrix = numpy.fromfile(meta.with_name("vectors.f32"), dtype="<f4").reshape(-1, dimension)
    shutil.rmtree(library)
    return matrix


def split(matrix, queries, folder):
    """Queries are drawn from all; what is the same picture twice is left out."""
    matrix = numpy.unique(matrix, axis=0)
    order = numpy.random.default_rng(SEED).permutation(len(matrix))
    save(folder / "queries.npy", matrix[order[:queries]])
    save(folder / "rows.npy", matrix[order[queries:]])


def save(path, values):
    """Whole or not at all."""
    partial = path.with_suffix(".partial.npy")
    numpy.save(partial, numpy.ascontiguousarray(values))
    partial.replace(path)


def add_truth(folder):
    rows, queries = (numpy.load(folder / f"{name}.npy", mmap_mode="r") for name in ("rows", "queries"))
    save(folder / "truth.npy", nearest(rows, numpy.asarray(queries)))


def nearest(rows, queries, allowed=None):
    """The rows with the ten largest inner products, block by block."""
    names = numpy.arange(len(rows), dtype=numpy.uint32) if allowed is None else allowed
    best, scores = numpy.zeros((len(queries), 0), numpy.uint32), numpy.zeros((len(queries), 0), numpy.float32)
    for start in range(0, len(names), BLOCK):
        block = names[start:start + BLOCK]
        values = rows[block[0]:block[-1] + 1] if allowed is None else rows[block]
        products = queries @ numpy.asarray(values).T
        scores = numpy.concatenate([scores, products], axis=1)
        best = numpy.concatenate([best, numpy.broadcast_to(block, products.shape)], axis=1)
        count = min(NEAREST, scores.shape[1])
        chosen = numpy.argpartition(-scores, count - 1, axis=1)[:, :count]
        scores, best = numpy.take_along_axis(scores, chosen, 1), numpy.take_along_axis(best, chosen, 1)
    return best


def size(count):
    return next((f"{count // unit}{letter}" for unit, letter in ((1_000_000, "M"), (1000, "k")) if count >= unit), str(count))
