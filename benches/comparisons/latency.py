"""An upload that is searched with: how long while the server is idle, and while it extracts features in bulk."""
import time

from kit import pictures, rounds, server
from kit.results import Section, Table, Target

TITLE = "One upload while bulk extraction runs"
UPLOADS = 120
LARGE = 240


def run(setting):
    section = Section()
    small = pictures.small(setting, 10_000 if setting.quick else 30_000)
    bulk = [pictures.first(setting, small[0], 3000)] if setting.quick else small
    uploads = pictures.files(pictures.large(setting, "2 MP", 20 if setting.quick else 1000))[:LARGE]
    # The first 200 have features, so that there is something to find; the others get theirs while we measure.
    library, words = server.pictured(setting, "latency", [pictures.first(setting, small[0], 200), *bulk], 1)
    half = min(UPLOADS, len(uploads) // 2)
    with server.Server(setting, library, *words) as running:
        client = running.client()
        answered(client, uploads[0])
        idle = [answered(client, file) for file in uploads[1:half]]
        job = client.run("update_index")
        wait_until_running(client, job)
        busy, overlapping = [], True
        for file in uploads[half:]:
            seconds = answered(client, file)
            overlapping = client.job(job)["status"] == "running"
            if not overlapping:
                break
            busy.append(seconds)
        progress = client.job(job)["progress"]
    tell(section, idle, busy, progress, overlapping)
    return section


def wait_until_running(client, job):
    for _ in range(200):
        state = client.job(job)
        if state["status"] == "running" and state["progress"]["current"] > 0:
            return
        if state["status"] not in ("queued", "running"):
            raise RuntimeError(f"the extraction is {state['status']}: {state}")
        time.sleep(0.05)
    raise RuntimeError("the extraction did not begin")


def answered(client, file):
    """Seconds from the picture's first byte sent to its hits."""
    start = time.perf_counter()
    client.get(f"search/upload/{client.upload(file)}/?limit=10")
    return time.perf_counter() - start


def tell(section, idle, busy, progress, overlapping):
    table = Table("Upload of a 2 MP photo and search with it, one client", ["", "n", "p50 ms", "p95 ms", "p99 ms"])
    for name, seconds in (("idle", idle), ("while features are extracted in bulk", busy)):
        table.rows.append([name, len(seconds), *(f"{rounds.percentile(seconds, part) * 1000:.1f}" for part in (0.5, 0.95, 0.99))])
    section.tables.append(table)
    if len(busy) < 10:
        section.missing("latency of an upload during bulk extraction", "idle", 2, f"the extraction ended after {len(busy)} uploads: too few to tell", at_most=True)
        return
    for part in (0.5, 0.95):
        ratio = rounds.percentile(busy, part) / rounds.percentile(idle, part)
        section.targets.append(Target(f"latency of an upload during bulk extraction, p{part * 100:.0f}", "idle", 2, ratio, f"{rounds.percentile(busy, part) * 1000:.1f} against {rounds.percentile(idle, part) * 1000:.1f} ms", at_most=True))
    ran = "ran all the time" if overlapping else "ended before the last upload"
    section.notes.append(f"The extraction {ran}; {progress['current']:,} of {progress['total']:,} pictures were done at the end.")
