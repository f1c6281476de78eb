"""The exact scan beside what memory can give: bytes that it reads a second, against a plain sum over a buffer that no cache holds."""
from kit import rounds, talk, vectors
from kit.results import Section, Table, Target

TITLE = "Exact scan beside the memory's bandwidth"
# Much more than any cache.
BUFFER_BYTES = 1 << 30
QUERIES = 100


def run(setting):
    section = Section()
    data = vectors.synthetic(setting, "smooth", 100_000)
    folder = setting.work / "flat"
    table = Table(f"{data.name}, one query at a time", ["threads", "queries/s", "ms a query", "bytes a row", "GB/s scanned", "GB/s of memory", "part of the limit"])
    for threads in sorted({1, setting.threads}):
        with talk.ours(setting, threads=threads) as ours:
            ours.ask("rows", path=data.rows)
            ours.ask("build", kind="flat", settings=None, folder=folder)
            ours.ask("open", folder=folder)
            scan(setting, section, table, data, ours, folder, threads)
    section.tables.append(table)
    section.notes.append("Bytes a row: of the rows that the scan reads from first to last, f32 where the index keeps none of its own. More than the limit is possible where a part of them stays in the L3 cache.")
    return section


def scan(setting, section, table, data, ours, folder, threads):
    def rate():
        answer = ours.ask("search", queries=data.queries, count=vectors.NEAREST, threads=1, first=20 if setting.quick else QUERIES)
        return answer["answers"] / answer["seconds"]

    def bandwidth():
        return rounds.median(ours.ask("bandwidth", threads=threads, bytes=BUFFER_BYTES, repetitions=3)["bytes_per_second"])

    rate()
    count, dimension = data.shape()
    row_bytes = scanned_bytes(folder, count, dimension)
    figures = rounds.alternate({"scan": rate, "memory": bandwidth}, setting.rounds)
    scanned = [one * count * row_bytes for one in figures["scan"]]
    ratio = rounds.ratio(scanned, figures["memory"])
    table.rows.append([threads, rounds.with_spread(figures["scan"], 1), f"{1000 / rounds.median(figures['scan']):.2f}", row_bytes,
                       f"{rounds.median(scanned) / 1e9:.1f}", rounds.with_spread([one / 1e9 for one in figures["memory"]], 1), f"{ratio:.2f}"])
    section.targets.append(Target(f"exact scan, 100k x 512, one query, {threads} thread{'s' * (threads > 1)}", "bytes / measured bandwidth", 0.85, ratio,
                                  f"{rounds.median(scanned) / 1e9:.1f} of {rounds.median(figures['memory']) / 1e9:.1f} GB/s"))


def scanned_bytes(folder, count, dimension):
    """What the index keeps a row, where it keeps rows of its own; else it scans the f32 rows."""
    largest = max((path.stat().st_size for path in folder.rglob("*") if path.is_file()), default=0)
    own = largest // count
    return own if dimension // 2 <= own < dimension * 4 else dimension * 4
