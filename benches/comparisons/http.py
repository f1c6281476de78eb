"""`GET /api/v1/search/media/<id>/` over a library of a million, 8 clients (wrk), beside the index alone under the same number of threads."""
import json
import shutil
import subprocess

import numpy

from comparisons.index import build_ours
from kit import machine, rounds, server, vectors
from kit.results import Section, Table, Target

TITLE = "Search over HTTP at a million vectors"
CLIENTS = 8
HITS = 10
SCRIPT = """
local count = %d
function init() math.randomseed(%d) end
function request() return wrk.format("GET", "/api/v1/search/media/" .. math.random(1, count) .. "/?limit=%d") end
function done(summary, latency)
  local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('\\nJSON {"p50":%%d,"p95":%%d,"p99":%%d,"requests":%%d,"microseconds":%%d,"errors":%%d}\\n',
    latency:percentile(50), latency:percentile(95), latency:percentile(99), summary.requests, summary.duration, wrong))
end
"""


def run(setting):
    section = Section()
    count = 4_000 if setting.quick else 1_000_000
    what = f"search over HTTP at {vectors.size(count)}, {CLIENTS} clients"
    if not shutil.which("wrk"):
        return absent(section, what, "wrk is not installed: apt-get install wrk")
    try:
        library = server.fabricated(setting, count)
    except server.Absent as error:
        return absent(section, what, str(error))
    entrant, queries = index_alone(setting, count)
    try:
        with server.Server(setting, library) as running:
            compare(setting, section, what, running, entrant, queries, count)
    finally:
        entrant.contestant.close()
    return section


def absent(section, what, why):
    section.missing(f"{what}: p50 overhead", "index time alone", 0.4, why, unit="ms", at_most=True)
    section.missing(f"{what}: p95", "-", 5, why, unit="ms", at_most=True)
    return section


def index_alone(setting, count):
    """The same kind of index over as many vectors of the same kind; asked, as the server is, for rows that are in it."""
    data = vectors.synthetic(setting, "smooth", count)
    rows = numpy.load(data.rows, mmap_mode="r")
    chosen = numpy.random.default_rng(vectors.SEED).integers(0, len(rows), 2000)
    path = setting.work / "queries-of-rows.npy"
    numpy.save(path, rows[numpy.sort(chosen)])
    return build_ours(setting, data), path


def compare(setting, section, what, running, entrant, queries, count):
    seconds = 1 if setting.quick else 8
    script = setting.work / "search.lua"
    script.write_text(SCRIPT % (count, vectors.SEED, HITS))
    load(running, script, CLIENTS, seconds)
    table = Table(f"{what}, {HITS} hits each", ["clients", "", "p50 ms", "p95 ms", "p99 ms", "answers/s", "processor ms an answer"])
    for clients in (1, CLIENTS):
        figures = rounds.alternate({
            "http": lambda clients=clients: load(running, script, clients, seconds),
            # One hit more: the picture that was asked for is in the answer.
            "index": lambda clients=clients: alone(entrant, queries, clients),
        }, setting.rounds)
        wrong = sum(one["errors"] for one in figures["http"])
        for name, label in (("http", "over HTTP"), ("index", "index alone, as many threads")):
            table.rows.append([clients, label, *(f"{rounds.median([one[key] for one in figures[name]]):.3f}" for key in ("p50", "p95", "p99")),
                               rounds.with_spread([one["rate"] for one in figures[name]]), f"{rounds.median([one['processor'] for one in figures[name]]):.2f}"])
        over = rounds.median([one["p50"] - other["p50"] for one, other in zip(figures["http"], figures["index"])])
        if wrong:
            section.notes.append(f"**{wrong} answers were errors** with {clients} clients.")
        section.targets.append(Target(f"{what.replace(str(CLIENTS), str(clients))}: p50 overhead", "index alone", 0.4, over, f"p50 {rounds.median([one['p50'] for one in figures['http']]):.2f} ms", "ms", True))
    whole = rounds.median([one["p95"] for one in figures["http"]])
    section.targets.append(Target(f"{what}: p95", "-", 5, whole, "", "ms", True))
    section.tables.append(table)
    section.notes.append("wrk runs on the same cores as the server and takes its share of them. More clients than cores wait for each other: with 8 of them a request stands in line behind others, while the index alone is timed from the moment its thread begins; `processor ms an answer` compares the work itself.")


def load(running, script, clients, seconds):
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "-s", str(script), f"http://{running.address}/"]
    before = running.processor_seconds()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    spent = running.processor_seconds() - before
    found = json.loads(done.stdout.split("JSON ", 1)[1].splitlines()[0])
    rate = found["requests"] / (found["microseconds"] / 1e6)
    return {"rate": rate, "errors": found["errors"], "processor": 1000 * spent / max(found["requests"], 1), **{key: found[key] / 1000 for key in ("p50", "p95", "p99")}}


def alone(entrant, queries, threads):
    answer = entrant.contestant.ask("search", queries=queries, count=HITS + 1, threads=threads)
    busy = min(threads, machine.cores()) * answer["seconds"]
    return {"rate": answer["answers"] / answer["seconds"], "processor": 1000 * busy / answer["answers"], **{key: value / 1000 for key, value in answer["microseconds"].items()}}
