#!/usr/bin/env python3
"""Measures Likeness beside what a user would otherwise pick, in one run, in turns. `make bench` prepares everything and calls it.

    make bench                                   everything, about 100 minutes on two cores
    make bench BENCH="--only index --only scan"  some comparisons; the others' last results are kept
    make bench BENCH=--quick                     small sizes: does everything work? Written to no document
    make bench PHOTOS=~/Pictures                 makes the test photos from your own

Results: benches/RESULTS.md, benches/plots/*.svg, README.md. What is made once (vectors, pictures, the peers' indexes) is kept in
the user's cache folder; remove `~/.cache/likeness/bench` to make it anew.
"""
import argparse
import importlib
import os
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

BENCHES = pathlib.Path(__file__).resolve().parent
ROOT = BENCHES.parent
sys.path.insert(0, str(BENCHES))

from comparisons import NAMES  # noqa: E402
from kit import machine, report, results  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=NAMES, metavar="NAME", help=f"one of {', '.join(NAMES)}; may be repeated")
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the documents from the stored results")
    parser.add_argument("--threads", type=int, default=machine.cores(), help="threads of each contestant where it may use several")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=20, help="how long the soak lasts")
    parser.add_argument("--photos", type=pathlib.Path, help="folder of JPEG photos that the test photos are made from")
    parser.add_argument("--program", type=pathlib.Path, required=True, help="the built `likeness`")
    parser.add_argument("--ours", type=pathlib.Path, required=True, help="the built bench program `ours`")
    parser.add_argument("--cache", type=pathlib.Path, default=cache_folder(), help="where fixtures are kept [default: %(default)s]")
    parser.add_argument("--out", type=pathlib.Path, help="where raw results are kept [default: <cache>/results]")
    return parser.parse_args()


def cache_folder():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "likeness/bench"


def setting(options, work):
    logs = options.cache / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    shared = next((folder for folder in (ROOT / "../shared/data", ROOT / "../../shared/data") if folder.is_dir()), None)
    rounds, minutes = (2, min(options.minutes, 1)) if options.quick else (max(options.rounds, 1), options.minutes)
    return results.Setting(options.quick, options.threads, rounds, minutes, options.program.resolve(), options.ours.resolve(), options.cache, work,
                           logs, shared and shared.resolve(), options.photos and options.photos.expanduser().resolve())


def measure(name, settings, facts):
    """Runs one comparison. One that breaks is a section that says so; the others go on."""
    module = importlib.import_module(f"comparisons.{name}")
    print(f"{name}: {module.TITLE}", flush=True)
    # What the comparison before has written must not be waited for in this one.
    os.sync()
    load, start = machine.load(), time.monotonic()
    try:
        section = module.run(settings)
    except Exception as error:  # noqa: BLE001 - hours of other measurements must not be lost
        traceback.print_exc()
        section = results.Section(notes=[f"**Broke off**: {type(error).__name__}: {str(error)[:500]}"])
        section.missing(module.TITLE, "-", None, "broke off, see its section")
    section.title, section.date, section.quick = module.TITLE, machine.now(), settings.quick
    section.commit, section.machine, section.load = machine.commit(ROOT), facts, load
    section.seconds = time.monotonic() - start
    for target in section.targets:
        print("   ", report.target_line(target), flush=True)
    return section


def main():
    options = arguments()
    options.cache.mkdir(parents=True, exist_ok=True)
    out = options.out or options.cache / ("results-quick" if options.quick else "results")
    out.mkdir(parents=True, exist_ok=True)
    facts = machine.describe()
    for key, value in facts.items():
        print(f"{key}: {value}")
    work = pathlib.Path(tempfile.mkdtemp(prefix="work-", dir=options.cache))
    try:
        for name in () if options.report else options.only or NAMES:
            results.store(out, name, measure(name, setting(options, work), facts))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    sections = {name: section for name in NAMES if (section := results.stored(out, name))}
    if options.quick:
        print(report.results(sections, NAMES))
        return 1 if any("Broke off" in note for section in sections.values() for note in section.notes) else 0
    report.write(ROOT, sections, NAMES, with_readme=True)
    print(f"written: {ROOT / 'benches/RESULTS.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
