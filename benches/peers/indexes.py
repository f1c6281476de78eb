"""faiss, usearch or hnswlib over the rows of a file: `indexes.py faiss|usearch|hnswlib`. Inner product of unit vectors, as ours.

Each gets all queries in one call, on as many threads as it was started with: no loop of Python's stands between it and its figure.
"""
import os
import pathlib
import sys
import time

import numpy

BENCHES = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCHES))
from kit import talk  # noqa: E402

THREADS = int(os.environ["OMP_NUM_THREADS"])


class Faiss:
    """`IndexHNSWFlat`, f32, 32 links a vector (64 in the lowest layer), faiss' own 40 candidates while building."""

    def build(self, rows, path, links, construction):
        import faiss

        self.index = faiss.IndexHNSWFlat(rows.shape[1], links, faiss.METRIC_INNER_PRODUCT)
        self.index.hnsw.efConstruction = construction
        self.index.add(numpy.ascontiguousarray(rows))
        faiss.write_index(self.index, path)

    def open(self, path, dimension):
        import faiss

        faiss.omp_set_num_threads(THREADS)
        self.index = faiss.read_index(path)

    def search(self, queries, count, ef):
        self.index.hnsw.efSearch = ef
        return self.index.search(queries, count)[1]


class Usearch:
    """bf16 rows."""

    def build(self, rows, path, links, construction):
        from usearch.index import Index

        self.index = Index(ndim=rows.shape[1], metric="ip", dtype="bf16", connectivity=links, expansion_add=construction)
        self.index.add(numpy.arange(len(rows), dtype=numpy.uint64), numpy.asarray(rows), threads=THREADS)
        self.index.save(path)

    def open(self, path, dimension):
        from usearch.index import Index

        self.index = Index(ndim=dimension, metric="ip", dtype="bf16")
        self.index.load(path)

    def search(self, queries, count, ef):
        self.index.expansion_search = ef
        return self.index.search(queries, count, threads=THREADS).keys


class Hnswlib:
    """f32 rows."""

    def build(self, rows, path, links, construction):
        import hnswlib

        self.index = hnswlib.Index(space="ip", dim=rows.shape[1])
        self.index.init_index(max_elements=len(rows), M=links, ef_construction=construction)
        self.index.add_items(numpy.asarray(rows), num_threads=THREADS)
        self.index.save_index(path)

    def open(self, path, dimension):
        import hnswlib

        self.index = hnswlib.Index(space="ip", dim=dimension)
        self.index.load_index(path)
        self.index.set_num_threads(THREADS)

    def search(self, queries, count, ef):
        self.index.set_ef(max(ef, count))
        return self.index.knn_query(queries, k=count, num_threads=THREADS)[0]


def main():
    contestant = {"faiss": Faiss, "usearch": Usearch, "hnswlib": Hnswlib}[sys.argv[1]]()
    held = {}

    def build(rows, path, links, construction):
        values = numpy.load(rows, mmap_mode="r")
        start = time.perf_counter()
        contestant.build(values, path, links, construction)
        return {"seconds": time.perf_counter() - start}

    def opened(path, dimension):
        start = time.perf_counter()
        contestant.open(path, dimension)
        return {"seconds": time.perf_counter() - start}

    def search(queries, count, ef, first=None):
        # Loaded once: the file is not part of what is measured.
        values = held.setdefault(queries, numpy.load(queries))[:first]
        start = time.perf_counter()
        found = contestant.search(values, count, ef)
        return {"seconds": time.perf_counter() - start, "answers": len(values), "rows": found.tolist()}

    def warm(name):
        __import__("usearch.index" if name == "usearch" else name)

    talk.serve({"build": build, "open": opened, "search": search, "warm": warm})


if __name__ == "__main__":
    main()
