"""Our default index beside faiss HNSW32, usearch and hnswlib: queries a second at recall@10 of 0.99, memory, time to build.

Graphs are swept over `ef`. The rate at 0.99 lies on the line between the two settings next to it (logarithm of the rate over recall);
those two are measured in turns with ours. Ours chooses its effort itself when it is built: its own point counts if it reaches 0.99.
"""
import dataclasses
import json
import math
import pathlib
import shutil

from kit import memory, rounds, talk, vectors
from kit.results import Plot, Section, Table, Target

TITLE = "Default index beside faiss HNSW32, usearch and hnswlib, one thread"
RECALL = 0.99
EFS = (10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)
LINKS = 32
# faiss' and usearch's own defaults; hnswlib's own is 200, for half the links.
CONSTRUCTION = {"faiss": 40, "usearch": 128, "hnswlib": 80}
LABELS = {"faiss": "faiss HNSW32 f32", "usearch": "usearch bf16", "hnswlib": "hnswlib f32"}
# Below this nobody wants to search; drawn, it would push together what matters.
LEAST_DRAWN = 0.9
# Recalls that ours is also told to reach, for the plot.
OTHER_RECALLS = (0.95, 0.999)


@dataclasses.dataclass
class Entrant:
    """One index, open, with the points of its sweep."""
    name: str
    contestant: talk.Contestant
    build_seconds: float
    resident: int
    points: list = dataclasses.field(default_factory=list)  # (recall, rate, ef)
    cached: bool = False
    folder: pathlib.Path | None = None
    mapped: int = 0
    open_seconds: float = 0.0

    def searched(self, data, ef=None):
        """Rate and recall of one pass over all queries."""
        words = {"ef": ef} if ef else {"threads": 1}
        answer = self.contestant.ask("search", queries=data.queries, count=vectors.NEAREST, **words)
        return answer["answers"] / answer["seconds"], data.recall(answer["rows"])

    def sweep(self, data):
        """From little effort to much, until recall is as good as it gets."""
        for ef in EFS:
            rate, recall = self.searched(data, ef)
            self.points.append((recall, rate, ef))
            if recall > 0.9985:
                return

    def beside(self):
        """The efforts just below and above the wanted recall; one alone where there is no other side."""
        above = [point for point in self.points if point[0] >= RECALL]
        below = [point for point in self.points if point[0] < RECALL]
        return [point[2] for point in below[-1:] + above[:1]] if above else []


def run(setting):
    section = Section()
    for data in chosen(setting):
        compare(setting, section, data)
    section.notes += [
        f"Peers: {LINKS} links a vector, candidates while building: {', '.join(f'{name} {count}' for name, count in CONSTRUCTION.items())}.",
        "Resident memory: what the process grew by from before it opened the index to after all queries; the mapped f32 rows that ours re-ranks from are told by themselves: those pages are the system's to take back.",
    ]
    return section


def chosen(setting):
    """The sets, the hardest one first: its plot is the one that the README shows."""
    count = 10_000 if setting.quick else 100_000
    yield vectors.synthetic(setting, "smooth", count)
    yield vectors.synthetic(setting, "clustered", count)
    yield vectors.real(setting, 600 if setting.quick else count, 200 if setting.quick else 1000)
    if not setting.quick:
        yield vectors.synthetic(setting, "smooth", 1_000_000)


def compare(setting, section, data):
    setting.say(f"{data.name}: building")
    entrants = [build_ours(setting, data)] + [build_peer(setting, data, name) for name in CONSTRUCTION]
    try:
        others = other_points(setting, data) if data.shape()[0] <= 200_000 else []
        setting.say(f"{data.name}: searching")
        for peer in entrants[1:]:
            peer.sweep(data)
        report(setting, section, data, entrants, others, duel(setting, data, entrants))
    finally:
        for entrant in entrants:
            entrant.contestant.close()


def build_ours(setting, data, settings=None, kind=None, label="default"):
    """Built once a run; several comparisons ask the same one."""
    folder = setting.work / f"index-{data.folder.name}-{label}"
    facts = folder / "facts.json"
    if not facts.exists():
        with talk.ours(setting, threads=setting.threads) as builder:
            builder.ask("rows", path=data.rows)
            built = build_default(builder, folder, settings, kind)
        facts.write_text(json.dumps(built))
    built = json.loads(facts.read_text())
    contestant = talk.ours(setting, threads=1)
    contestant.ask("rows", path=data.rows)
    before = memory.resident(contestant.pid, [data.rows])
    opened = contestant.ask("open", folder=folder)
    entrant = Entrant(f"likeness {opened['manifest']['kind']}", contestant, built["seconds"], 0, folder=folder, open_seconds=opened["seconds"])
    rate, recall = entrant.searched(data)
    entrant.points.append((recall, rate, None))
    entrant.resident = memory.resident(contestant.pid, [data.rows]) - before
    entrant.mapped = memory.resident(contestant.pid) - memory.resident(contestant.pid, [data.rows])
    return entrant


def build_default(builder, folder, settings=None, kind=None):
    """`auto` is what users get who name no kind."""
    try:
        return builder.ask("build", kind=kind or "auto", settings=settings, folder=folder)
    except talk.Failed as error:
        if kind or "is not known" not in str(error):
            raise
        return builder.ask("build", kind="hnsw", settings=settings, folder=folder)


def other_points(setting, data):
    """Ours when it is told to reach another recall; nothing where the kind has no such setting."""
    points = []
    for recall in OTHER_RECALLS:
        try:
            entrant = build_ours(setting, data, json.dumps({"recall": recall}), "codes", f"recall-{recall}")
        except talk.Failed:
            return points
        points.append(entrant.points[0])
        entrant.contestant.close()
        shutil.rmtree(entrant.folder)
    return points


def build_peer(setting, data, name):
    """Built once for these versions and settings; the seconds it took are kept with it."""
    from kit.machine import version

    package = "faiss-cpu" if name == "faiss" else name
    folder = setting.cache / "peers" / f"{name}-{version(package)}-M{LINKS}-{CONSTRUCTION[name]}-t{setting.threads}-{data.folder.name}"
    facts, path = folder / "facts.json", folder / "index"
    cached = facts.exists()
    if not cached:
        folder.mkdir(parents=True, exist_ok=True)
        with talk.peer(f"{name} builder", "indexes", setting, name, threads=setting.threads) as builder:
            built = builder.ask("build", rows=data.rows, path=path, links=LINKS, construction=CONSTRUCTION[name])
        facts.write_text(json.dumps(built))
    contestant = talk.peer(name, "indexes", setting, name, threads=1)
    # Imports, and the queries, are not part of its index.
    contestant.ask("warm", name=name)
    before = memory.resident(contestant.pid)
    contestant.ask("open", path=path, dimension=data.shape()[1])
    entrant = Entrant(LABELS[name], contestant, json.loads(facts.read_text())["seconds"], 0, cached=cached)
    entrant.searched(data, EFS[0])
    entrant.resident = memory.resident(contestant.pid) - before
    return entrant


def duel(setting, data, entrants):
    """Rates at the wanted recall, round by round: `{name: [rate]}`. A peer that never reaches it has none."""
    runs = {entrants[0].name: lambda: entrants[0].searched(data)[0]}
    for peer in entrants[1:]:
        if peer.beside():
            runs[peer.name] = lambda peer=peer: rate_at([(*peer.searched(data, ef)[::-1], ef) for ef in peer.beside()])
    return rounds.alternate(runs, setting.rounds)


def rate_at(points):
    """Rate at the wanted recall on the line between two points; the one point's own where there is one."""
    (recall, rate, _), (above, above_rate, _) = points[0], points[-1]
    if above - recall < 1e-9 or recall >= RECALL:
        return rate
    part = (RECALL - recall) / (above - recall)
    return math.exp(math.log(rate) + part * (math.log(above_rate) - math.log(rate)))


def report(setting, section, data, entrants, others, rates):
    us, peers = entrants[0], entrants[1:]
    best = max((peer.name for peer in peers if peer.name in rates), key=lambda name: rounds.median(rates[name]), default=None)
    count = data.shape()[0]
    table = Table(f"{data.name}, {count:,} x {data.shape()[1]}", ["Index", "recall@10 that was measured", "queries/s at 0.99", "ours is", "build s", "resident MB", "bytes a vector", "mapped rows touched, MB"])
    for entrant in entrants:
        recalls = f"{us.points[0][0]:.4f} (default)" if entrant is us else " / ".join(f"{point[0]:.4f} (ef {point[2]})" for point in entrant.points if point[2] in entrant.beside())
        rate = rounds.with_spread(rates[entrant.name]) if entrant.name in rates else "not reached"
        times = f"{rounds.ratio(rates[us.name], rates[entrant.name]):.2f}x" if entrant.name in rates else "-"
        build = f"{entrant.build_seconds:.1f}" + (" (earlier run)" if entrant.cached else "")
        table.rows.append([entrant.name, recalls, rate, times, build, f"{entrant.resident / 1e6:.0f}", f"{entrant.resident / count:.0f}", f"{entrant.mapped / 1e6:.0f}"])
    section.tables.append(table)
    recall = us.points[0][0]
    what = f"{us.name}, {data.name} x {data.shape()[1]}, recall@10 = 0.99"
    if best is None or recall < RECALL:
        section.missing(what, "best peer", 1.2, f"ours found {recall:.4f}" if recall < RECALL else "no peer reached 0.99")
    else:
        section.targets.append(Target(what, best, 1.2, rounds.ratio(rates[us.name], rates[best]), f"{rounds.with_spread(rates[us.name])} against {rounds.with_spread(rates[best])} queries/s, recall {recall:.4f}"))
    graph = peers[0]
    section.targets.append(Target(f"its memory, {data.name}", graph.name, 0.6, us.resident / max(graph.resident, 1), f"{us.resident / count:.0f} against {graph.resident / count:.0f} bytes a vector", at_most=True))
    if count >= 1_000_000 or setting.quick:
        section.targets.append(Target(f"its build, {data.name}, {setting.threads} threads", graph.name, 1.0, us.build_seconds / graph.build_seconds, f"{us.build_seconds:.0f} against {graph.build_seconds:.0f} s", at_most=True))
    points = {us.name: us.points + others, **{peer.name: peer.points for peer in peers}}
    lines = {name: sorted([recall, rate] for recall, rate, _ in found if recall >= LEAST_DRAWN) for name, found in points.items()}
    section.plots.append(Plot(f"recall-{pathlib.Path(data.folder).name}", f"{data.name}: queries per second over recall@10, one thread", "recall@10", "queries per second", lines, y_log=True))
