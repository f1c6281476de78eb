#!/usr/bin/env python3
"""Kills the program ten times at random moments during import, extraction and index build, starts it again each time, and
compares the library with one that was never killed: the same media under the same numbers, the same bytes, the same vectors bit
by bit, the same answers. Usage: tests/kill_and_resume.py [--kills N] [--seed N] [--photos DIR]
"""
import argparse
import hashlib
import json
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def program():
    return subprocess.run([ROOT / ".ci/binary"], check=True, capture_output=True, text=True).stdout.strip()


class Library:
    """A data folder and the commands that fill it."""

    def __init__(self, binary, folder, photos):
        self.binary, self.folder, self.photos = binary, pathlib.Path(folder), photos
        self.stages = {
            "import": ["import", str(photos)],
            "extract": ["extract", "--no-index"],
            "index": ["index", "--force"],
        }

    def command(self, arguments):
        return [self.binary, "--data-dir", str(self.folder), *arguments]

    def run(self, stage):
        """Runs a stage to its end; answers the seconds it took."""
        started = time.monotonic()
        done = subprocess.run(self.command(self.stages[stage]), capture_output=True, text=True)
        assert done.returncode in (0, 2), f"{stage}: {done.stderr}"
        return time.monotonic() - started

    def kill_during(self, stage, after_seconds):
        """Starts a stage and kills it; true if it was still running, with work in hand, when the kill came."""
        process = subprocess.Popen(self.command(self.stages[stage]), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            _, errors = process.communicate(timeout=after_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return True
        assert process.returncode in (0, 2), f"{stage} failed after a kill: {errors.decode()}"
        return False

    def media(self):
        with sqlite3.connect(self.folder / "library.sqlite") as database:
            rows = database.execute("SELECT id, media_type, hex(sha256), frame, hex(content_sha256), ext, width, height, byte_size FROM media ORDER BY id").fetchall()
            sources = database.execute("SELECT media_id, path FROM media_source ORDER BY media_id, path").fetchall()
            failures = database.execute("SELECT feature_id, media_id, reason FROM feature_failure ORDER BY feature_id, media_id").fetchall()
        return rows, sources, failures

    def files(self, *folders):
        """Hashes of all files below these folders, by relative path; half-written ones would show as extra names."""
        found = {}
        for folder in folders:
            for path in sorted((self.folder / folder).rglob("*")):
                if path.is_file() and path.suffix != ".lock" and path.name != "lock":
                    found[str(path.relative_to(self.folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    def answers(self, pictures):
        results = []
        for picture in pictures:
            command = self.command(["search", str(picture), "--limit", "10", "--json"])
            hits = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["results"]
            results.append([(hit["id"], round(hit["distance"], 5)) for hit in hits])
        return results


def compare(what, expected, found):
    if expected != found:
        sys.exit(f"{what} differ from those of a run without kills:\n  expected {str(expected)[:800]}\n  found    {str(found)[:800]}")
    print(f"  same {what}")


def kill_stage(library, stage, kills, seconds, rng):
    """Kills until it was hit `kills` times. A job that finished before is begun anew where that is possible."""
    hit = tries = 0
    while hit < kills:
        tries += 1
        assert tries < kills * 20, f"{stage} is too quick to be hit {kills} times in {seconds:.2f} s: give it more pictures"
        # Later moments get likelier as the work shrinks with each resume.
        if library.kill_during(stage, rng.uniform(0.02, max(seconds * 0.9, 0.1))):
            hit += 1
        else:
            library.forget(stage)
    print(f"{stage}: killed {hit} times in {tries} starts")


class Killable(Library):
    def forget(self, stage):
        """The stage came to its end between two kills: what it made is taken away, so that the next start has work again."""
        import shutil

        if stage == "import":
            shutil.rmtree(self.folder)
        elif stage == "extract":
            shutil.rmtree(self.folder / "features", ignore_errors=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=10)
    arguments.add_argument("--seed", type=int, default=int(time.time()))
    arguments.add_argument("--photos", type=pathlib.Path)
    options = arguments.parse_args()
    rng = random.Random(options.seed)
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        binary, folder = program(), pathlib.Path(folder)
        photos = options.photos
        if photos is None:
            photos = folder / "photos"
            subprocess.run([binary, "render", str(photos), "--groups", "24", "--views", "40", "--width", "240", "--height", "180"], check=True)
            # One picture that cannot be decoded: the failure must be the same too.
            (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
        calm = Library(binary, folder / "calm", photos)
        seconds = {stage: calm.run(stage) for stage in calm.stages}
        print("without kills: " + ", ".join(f"{stage} {taken:.2f} s" for stage, taken in seconds.items()))
        killed = Killable(binary, folder / "killed", photos)
        for stage in killed.stages:
            kill_stage(killed, stage, options.kills, seconds[stage], rng)
            killed.run(stage)
        compare("media, sources and failures", calm.media(), killed.media())
        compare("stored bytes", calm.files("media"), killed.files("media"))
        compare("vectors", calm.files("features"), killed.files("features"))
        probes = rng.sample(sorted(path for path in photos.rglob("*.jpg") if path.name != "broken.jpg"), 20)
        compare("answers of the index", calm.answers(probes), killed.answers(probes))
        leftovers = [str(path) for path in killed.folder.rglob("*") if "building-" in path.name or path.name.endswith(".part")]
        compare("absence of leftovers", [], leftovers)
    print("ok")


if __name__ == "__main__":
    main()
