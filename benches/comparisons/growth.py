"""What our default index costs at 10,000, 100,000 and 1,000,000 vectors, with the exponent that fits."""
import numpy

from comparisons.index import build_ours
from kit import rounds, vectors
from kit.results import Plot, Section, Table

TITLE = "Growth: time, memory and disk from 10,000 to 1,000,000 vectors"
COUNTS = (10_000, 100_000, 1_000_000)
QUICK_COUNTS = (2_000, 10_000)


def run(setting):
    section = Section()
    counts = QUICK_COUNTS if setting.quick else COUNTS
    costs = [cost(setting, count) for count in counts]
    names = [name for name in costs[0] if name not in ("recall", "kind")]
    table = Table("smooth x 512, default index", ["", *(f"{count:,}" for count in counts), "fitted exponent"])
    for name in names:
        values = [one[name] for one in costs]
        table.rows.append([name, *(f"{value:,.3g}" if value < 1000 else f"{value:,.0f}" for value in values), f"{rounds.fitted_exponent(counts, values):.2f}"])
    table.rows += [["recall@10", *(f"{one['recall']:.4f}" for one in costs), ""], ["kind that was chosen", *(one["kind"] for one in costs), ""]]
    section.tables.append(table)
    lines = {name: [[count, one[name]] for count, one in zip(counts, costs)] for name in names}
    section.plots.append(Plot("growth", "What the default index costs as the library grows", "vectors", "cost", lines, True, True))
    section.notes.append("An exponent of 1 is cost in proportion to the library, 0 is cost that does not grow. Searching: one thread, one query, the middle of 1,000.")
    return section


def cost(setting, count):
    data = vectors.synthetic(setting, "smooth", count)
    entrant = build_ours(setting, data)
    try:
        answers = [entrant.contestant.ask("search", queries=data.queries, count=vectors.NEAREST, threads=1) for _ in range(setting.rounds)]
    finally:
        entrant.contestant.close()
    files = [path for path in entrant.folder.rglob("*") if path.is_file()]
    return {
        "build s": entrant.build_seconds,
        "search ms": rounds.median([answer["microseconds"]["p50"] for answer in answers]) / 1000,
        "resident MB": max(entrant.resident, 1) / 1e6,
        "index on disk MB": max(sum(path.stat().st_size for path in files), 1) / 1e6,
        "rows on disk MB": numpy.prod(data.shape()).item() * 4 / 1e6,
        "open ms": entrant.open_seconds * 1000,
        "recall": entrant.points[0][0],
        "kind": entrant.name.removeprefix("likeness "),
    }
