"""Import of 100,000 small pictures beside `sha256sum` of the same files: what reading and hashing alone take."""
import hashlib
import os
import shutil
import subprocess
import time

from kit import pictures, rounds
from kit.results import Section, Table, Target

TITLE = "Import of 100,000 small pictures beside sha256sum"


def run(setting):
    section = Section()
    count = 10_000 if setting.quick else 100_000
    folders = pictures.small(setting, count)
    turns = [folders[place::setting.rounds] for place in range(setting.rounds)] if len(folders) >= setting.rounds else [folders]
    library = setting.work / "intake"
    hashed(folders)
    # Every round imports other files into the library that has those before: each is imported once, as users do.
    figures = rounds.alternate({"likeness import": taking(lambda folders: imported(setting, library, folders), turns),
                                "sha256sum": taking(hashed, turns),
                                "files into folders by hash": taking(lambda folders: placed(setting.work / "placed", folders), turns)}, len(turns))
    shutil.rmtree(setting.work / "placed")
    each = count / len(turns)
    table = Table(f"{count:,} JPEG pictures of {pictures.SMALL_SIDE} x {pictures.SMALL_SIDE}, files in the page cache, {len(turns)} rounds", ["", "s a round", "files/s", "all, s"])
    for name, seconds in figures.items():
        table.rows.append([name, rounds.with_spread(seconds, 2), f"{each / rounds.median(seconds):,.0f}", f"{sum(seconds):.1f}"])
    section.tables.append(table)
    ratio = rounds.ratio(figures["likeness import"], figures["sha256sum"])
    section.targets.append(Target(f"import of {count:,} small pictures", "sha256sum of the same files", 3, ratio,
                                  f"{sum(figures['likeness import']):.1f} against {sum(figures['sha256sum']):.1f} s", at_most=True))
    section.notes += ["Import reads, hashes, decodes (is it whole?), stores the bytes under their hash durably and writes a row; sha256sum reads and hashes, in one thread.",
                      "Files into folders by hash: the same bytes put where the library keeps them (`ab/cd/<hash>.jpg`, 65,536 folders) by plain calls of the system in one thread, with one wait for the disk: what the file system alone takes of an import's time."]
    return section


def taking(measure, turns):
    """A measure that takes the next turn whenever it is asked."""
    left = iter(turns)
    return lambda: measure(next(left))


def imported(setting, library, folders):
    start = time.perf_counter()
    report = pictures.likeness(setting, library, "import", *folders, "--json")
    seconds = time.perf_counter() - start
    wanted = sum(len(pictures.files(folder)) for folder in folders)
    if report["added"] + report["already_there"] != wanted or report["failed"]:
        raise RuntimeError(f"of {wanted} files {report['added']} were added, {report['already_there']} were there, {len(report['failed'])} failed")
    return seconds


def hashed(folders):
    names = b"\0".join(str(path).encode() for folder in folders for path in pictures.files(folder))
    start = time.perf_counter()
    subprocess.run(["xargs", "-0", "sha256sum"], input=names, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def placed(root, folders):
    contents = [file.read_bytes() for folder in folders for file in pictures.files(folder)]
    names = [hashlib.sha256(content).hexdigest() for content in contents]
    start = time.perf_counter()
    for content, name in zip(contents, names):
        folder = root / name[:2] / name[2:4]
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f"{name}.jpg", "wb", buffering=0) as file:
            file.write(content)
    os.sync()
    return time.perf_counter() - start
