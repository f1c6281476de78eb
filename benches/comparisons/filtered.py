"""Filtered search beside the same index without a filter: 1 %, 10 % and 50 % of the rows may be answered."""
import numpy

from comparisons.index import build_ours
from kit import rounds, vectors
from kit.results import Section, Table, Target

TITLE = "Filtered search against the same index unfiltered, one thread"
PARTS = (0.01, 0.1, 0.5)
LEAST_RECALL = 0.98


def run(setting):
    section = Section()
    count = 10_000 if setting.quick else 100_000
    for kind in ("smooth", "clustered"):
        data = vectors.synthetic(setting, kind, count)
        entrant = build_ours(setting, data)
        try:
            compare(setting, section, data, entrant)
        finally:
            entrant.contestant.close()
    section.notes.append("Which rows may be answered is drawn at random with a fixed seed, and prepared before: what is measured is the search.")
    return section


def compare(setting, section, data, entrant):
    filters = {part: prepared(setting, data, part) for part in PARTS}
    runs = {"all": lambda: asked(data, entrant)}
    runs |= {part: lambda path=path: asked(data, entrant, path) for part, (path, _) in filters.items()}
    answers = rounds.alternate(runs, setting.rounds)
    rates = {name: [answer["answers"] / answer["seconds"] for answer in given] for name, given in answers.items()}
    table = Table(f"{data.name}, {entrant.name}", ["may be answered", "queries/s", "of unfiltered", "recall@10"])
    table.rows.append(["all", rounds.with_spread(rates["all"]), "1.00x", f"{data.recall(answers['all'][0]['rows']):.4f}"])
    for part, (_, truth) in filters.items():
        recall, ratio = data.recall(answers[part][0]["rows"], truth), rounds.ratio(rates[part], rates["all"])
        table.rows.append([f"{part:.0%}", rounds.with_spread(rates[part]), f"{ratio:.2f}x", f"{recall:.4f}"])
        what = f"filtered search, {part:.0%} pass, {data.name}"
        why = "" if recall >= LEAST_RECALL else f"recall is below {LEAST_RECALL}: the rate does not count"
        section.targets.append(Target(what, "itself unfiltered", 0.75, ratio if not why else 0.0, f"recall {recall:.4f}, {ratio:.2f}x", why=why))
    section.tables.append(table)


def asked(data, entrant, allowed=None):
    words = {"allowed": allowed} if allowed else {}
    return entrant.contestant.ask("search", queries=data.queries, count=vectors.NEAREST, threads=1, **words)


def prepared(setting, data, part):
    """A file with the rows that may be answered, and the true answers among them."""
    count = data.shape()[0]
    allowed = numpy.sort(numpy.random.default_rng(vectors.SEED).choice(count, int(count * part), replace=False)).astype("<u4")
    path = setting.work / f"allowed-{data.folder.name}-{part}.npy"
    numpy.save(path, allowed)
    truth = vectors.nearest(numpy.load(data.rows, mmap_mode="r"), numpy.load(data.queries), allowed)
    return path, truth
