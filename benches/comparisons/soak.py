"""Bulk extraction, 8 search clients, adds and deletes together for minutes: errors, memory, and latency over time."""
import itertools
import pathlib
import random
import threading
import time

from kit import memory, pictures, rounds, server
from kit.results import Plot, Section, Table, Target

TITLE = "Soak: extraction, searches, adds and deletes together"
SEARCHERS = 8
# Pictures that are there at the beginning; these are searched for and never deleted.
SEARCHED_FOR = 1000
# Each searcher asks this often: what is measured is waiting, not how fast Python can ask.
SEARCHES_A_SECOND = 10
ADDED_AT_ONCE = 200
DELETED_AT_ONCE = 20
SAMPLE_SECONDS = 1.0
POINTS = 120
# Memory is level when the last third lies no more than this above the second.
LEVEL = 1.05


class Soak:
    """What the threads share."""

    def __init__(self, running, setting, folders):
        self.running, self.end = running, time.monotonic() + setting.minutes * 60
        self.started = time.monotonic()
        self.files = itertools.cycle([file for folder in folders for file in pictures.files(folder)])
        self.lock = threading.Lock()
        self.latencies, self.errors, self.memory, self.done = [], [], [], {"added": 0, "deleted": 0, "extracted": 0}
        self.ids = []

    def ended(self):
        return time.monotonic() >= self.end

    def note(self, where, error):
        with self.lock:
            self.errors.append(f"{time.monotonic() - self.started:.0f} s, {where}: {type(error).__name__}: {error}"[:300])


def run(setting):
    section = Section()
    folders = pictures.small(setting, 20_000 if setting.quick else 100_000)
    known = pictures.first(setting, folders[0], 200 if setting.quick else SEARCHED_FOR)
    library, words = server.pictured(setting, "soak", [known], 1)
    drop = library / "incoming"
    drop.mkdir(exist_ok=True)
    with server.Server(setting, library, *words) as running:
        soak = Soak(running, setting, folders[1:])
        soak.ids = [medium["id"] for medium in running.client().get(f"media/?limit={SEARCHED_FOR}")["res"]]
        threads = [threading.Thread(target=guarded, args=(soak, work, *rest), daemon=True)
                   for work, *rest in [(sample,), (take_in, drop), (delete,), *((search, place) for place in range(SEARCHERS))]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(setting.minutes * 60 + server.PATIENCE_SECONDS)
        alive = sum(thread.is_alive() for thread in threads)
        ended = running.process.poll()
    if alive or ended is not None:
        soak.errors.append(f"{alive} clients hang, the server {'runs' if ended is None else f'ended with {ended}'}")
    tell(section, soak, setting)
    return section


def guarded(soak, work, *rest):
    """Whatever goes wrong is an error of the soak, and the work begins again."""
    client = soak.running.client()
    while not soak.ended():
        try:
            work(soak, client, *rest)
        except Exception as error:  # noqa: BLE001 - every kind of failure counts
            soak.note(work.__name__, error)
            time.sleep(0.5)


def sample(soak, client):
    while not soak.ended():
        soak.memory.append((time.monotonic() - soak.started, *memory.total(soak.running.pid)))
        time.sleep(SAMPLE_SECONDS)


def search(soak, client, place):
    """At fixed times; what waits too long does not ask less often afterwards."""
    chance = random.Random(place)
    due = time.monotonic() + place / SEARCHERS / SEARCHES_A_SECOND
    while not soak.ended():
        time.sleep(max(0.0, due - time.monotonic()))
        due = max(due + 1 / SEARCHES_A_SECOND, time.monotonic() - 1)
        with soak.lock:
            media = chance.choice(soak.ids)
        start = time.monotonic()
        hits = client.get(f"search/media/{media}/?limit=20")["res"]
        seconds = time.monotonic() - start
        if not hits:
            raise ValueError(f"no hit for medium {media}")
        with soak.lock:
            soak.latencies.append((start - soak.started, seconds))


def take_in(soak, client, drop):
    """Import and extraction of some more pictures, again and again: the bulk work."""
    part = drop / f"part-{time.monotonic_ns()}"
    part.mkdir()
    for file in itertools.islice(soak.files, ADDED_AT_ONCE):
        (part / file.name).hardlink_to(file)
    imported = finished(soak, client, client.run("import", paths=[part.name], update_index=False))
    extracted = finished(soak, client, client.run("update_index"))
    if imported and extracted:
        soak.done["added"] += ADDED_AT_ONCE
        soak.done["extracted"] += ADDED_AT_ONCE


def finished(soak, client, job):
    while (state := client.job(job)["status"]) in ("queued", "running"):
        if soak.ended():
            return False
        time.sleep(0.2)
    if state != "done":
        raise RuntimeError(f"job {job} is {state}: {client.job(job).get('error')}")
    return True


def delete(soak, client):
    """Takes media away and brings them back two rounds later, never those that are searched for."""
    total = client.get("media/?limit=1")["total"]
    shown = client.get(f"media/?limit={DELETED_AT_ONCE}&offset={random.Random(total).randrange(len(soak.ids), max(total - DELETED_AT_ONCE, len(soak.ids) + 1))}")["res"]
    gone = [medium["id"] for medium in shown if medium["id"] not in soak.ids]
    for action in ("delete", "restore"):
        for _ in range(5):
            if soak.ended():
                return
            time.sleep(0.2)
        if gone:
            client.ask("POST", f"media/{action}/", {"ids": gone})
            soak.done["deleted"] += len(gone) if action == "delete" else 0


def tell(section, soak, setting):
    seconds = setting.minutes * 60
    window = seconds / min(POINTS, max(int(seconds / 5), 4))
    windows = {}
    for moment, latency in soak.latencies:
        windows.setdefault(int(moment // window), []).append(latency * 1000)
    lines = {f"p{part * 100:.0f} ms": [[(place + 0.5) * window / 60, rounds.percentile(found, part)] for place, found in sorted(windows.items())] for part in (0.5, 0.95, 0.99)}
    section.plots.append(Plot("soak-latency", f"Search latency during the soak, {SEARCHERS} clients", "minutes", "milliseconds", lines, y_log=True))
    step = max(len(soak.memory) // POINTS, 1)
    lines = {name: [[moment[0] / 60, moment[column] / 1e6] for moment in soak.memory[::step]] for column, name in ((1, "resident MB"), (2, "of it its own MB"))}
    section.plots.append(Plot("soak-memory", "Memory of the server during the soak", "minutes", "MB", lines))
    everything = [latency * 1000 for _, latency in soak.latencies]
    table = Table(f"{setting.minutes:g} minutes", ["", ""])
    table.rows += [["searches answered", f"{len(everything):,}"], ["p50 / p95 / p99 / worst, ms", " / ".join(f"{rounds.percentile(everything, part):.1f}" for part in (0.5, 0.95, 0.99, 1.0))],
                   ["pictures added and extracted", f"{soak.done['added']:,}"], ["deleted and restored", f"{soak.done['deleted']:,}"], ["errors", len(soak.errors)]]
    section.tables.append(table)
    section.targets.append(Target(f"soak of {setting.minutes:g} minutes: errors", "-", 0, len(soak.errors) + (not everything), "", "", True))
    thirds = [[own for moment, _, own in soak.memory if place * seconds / 3 <= moment < (place + 1) * seconds / 3] for place in range(3)]
    if all(thirds):
        growth = rounds.median(thirds[2]) / rounds.median(thirds[1])
        section.targets.append(Target("soak: own memory of the last third", "its second third", LEVEL, growth, f"{rounds.median(thirds[1]) / 1e6:.0f} to {rounds.median(thirds[2]) / 1e6:.0f} MB", at_most=True))
    section.notes += [f"Error: {error}" for error in soak.errors[:10]]
    section.notes.append(f"{SEARCHERS} clients, each {SEARCHES_A_SECOND} searches a second at fixed times; the bulk work imports and extracts {ADDED_AT_ONCE} pictures at a time without a pause.")
