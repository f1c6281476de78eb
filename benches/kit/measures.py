"""What our own measuring commands print, read into plain figures."""
import json
import subprocess

from kit import talk

RATES = ("images_per_second", "pictures_per_second", "median", "rate")


class Absent(Exception):
    """The program has no such command."""


def command(setting, *words, threads=None):
    """Runs a command that prints JSON."""
    done = subprocess.run([str(word) for word in (setting.program, *words)], capture_output=True, text=True, env=talk.environment(threads or setting.threads))
    if "unrecognized subcommand" in done.stderr or "unexpected argument" in done.stderr:
        raise Absent(f"`likeness {' '.join(str(word) for word in words[:2])}` is not in this build")
    if done.returncode:
        raise RuntimeError(f"likeness {' '.join(str(word) for word in words)}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout)


def rate(values):
    """The figure of an object that holds one rate."""
    return next((float(values[key]) for key in RATES if isinstance(values.get(key), int | float)), None)


def objects(answer):
    """All objects inside an answer, outermost first."""
    if isinstance(answer, dict):
        yield answer
    for value in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        yield from objects(value)


def forward(answer):
    """`likeness model speed --json`: `{(batch, precision): pictures a second}`."""
    found = {}
    for one in objects(answer):
        if "batch" in one and "precision" in one and rate(one) is not None:
            found[int(one["batch"]), str(one["precision"])] = rate(one)
    if not found:
        raise RuntimeError(f"no rate with `batch` and `precision` in {json.dumps(answer)[:300]}")
    return found


def folder(answer):
    """`likeness speed --json`: pictures a second of decoding alone, the network alone, and the whole."""
    last = answer["rounds"][-1]
    return {"decode": last["decode_alone"], "forward": last["forward_alone"], "whole": last["together"]}
