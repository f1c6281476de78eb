"""From the start of the server over a library of a million to its first answer, and what is then resident."""
import time

from kit import memory, rounds, server, vectors
from kit.results import Section, Table, Target

TITLE = "Start of the server over a million vectors"
STARTS = 5


def run(setting):
    section = Section()
    count = 4_000 if setting.quick else 1_000_000
    what = f"server start, {vectors.size(count)} vectors"
    try:
        library = server.fabricated(setting, count)
    except server.Absent as error:
        section.missing(f"{what}: first answer", "-", 1, str(error), unit="s", at_most=True)
        section.missing(f"{what}: resident", "compact codes", 1.2, str(error), at_most=True)
        return section
    snapshot, codes = server.snapshot_bytes(library)
    figures = [started(setting, library, str(snapshot)) for _ in range(STARTS)]
    seconds = [figure["seconds"] for figure in figures]
    middle = sorted(figures, key=lambda figure: figure["index"] + figure["own"])[STARTS // 2]
    empty = own_of_empty(setting)
    resident = middle["index"] + max(middle["own"] - empty, 0)
    section.targets.append(Target(f"{what}: first answer", "-", 1, rounds.median(seconds), rounds.with_spread(seconds, 2) + " s", "s", True))
    if not codes:
        raise RuntimeError(f"there is no index in {library}")
    section.targets.append(Target(f"{what}: resident", "compact codes", 1.2, resident / codes,
                                  f"{resident / 1e6:.0f} MB of {codes / 1e6:.0f} MB codes; {middle['all'] / 1e6:.0f} MB with program and libraries", at_most=True))
    table = Table(what, ["", "MB"])
    table.rows += [["index files on disk", f"{codes / 1e6:.0f}"], ["index files resident", f"{middle['index'] / 1e6:.0f}"], ["memory of its own (heap, stacks)", f"{middle['own'] / 1e6:.0f}"],
                   ["the same of a server without a medium", f"{empty / 1e6:.0f}"],
                   ["all resident pages, with libtorch's and the database's", f"{middle['all'] / 1e6:.0f}"]]
    section.tables.append(table)
    section.notes.append("Resident beside the codes: index files, and what the server has more of its own than one over an empty library (libtorch and other libraries take that much when they are loaded).")
    section.notes.append("The files were in the page cache, as after a restart of the program, not of the machine. Resident: after the first answer and a hundred more.")
    return section


def started(setting, library, snapshot):
    with server.Server(setting, library) as running:
        client = running.client()
        client.get("search/media/1/?limit=10")
        seconds = time.perf_counter() - running.started
        for media in range(2, 102):
            client.get(f"search/media/{media}/?limit=10")
        index, own = memory.resident_of(running.pid, snapshot)
        return {"seconds": seconds, "index": index, "own": own, "all": memory.total(running.pid)[0]}


def own_of_empty(setting):
    with server.Server(setting, setting.work / "empty") as running:
        running.client().get("media/?limit=1")
        return memory.total(running.pid)[1]
