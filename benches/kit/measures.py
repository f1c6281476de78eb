"""What our own measuring commands print, read into plain figures."""
import json
import subprocess

from kit import talk


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


def forward(answer):
    """`likeness model speed --json`: `{(batch, precision that was asked for): pictures a second}`."""
    return {(one["batch"], one["asked"]): one["pictures_per_second"] for one in answer}


def folder(answer):
    """`likeness speed --json`: pictures a second of decoding alone, the network alone, and the whole."""
    last = answer["rounds"][-1]
    return {"decode": last["decode_alone"], "forward": last["forward_alone"], "whole": last["together"]}
