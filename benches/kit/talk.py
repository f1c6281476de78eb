"""Contestants: programs that read one JSON object a line and answer with one. Ours and the peers speak the same way."""
import json
import os
import pathlib
import subprocess
import sys

BENCHES = pathlib.Path(__file__).resolve().parent.parent


class Failed(Exception):
    """A contestant said that it cannot do what was asked, or is gone."""


def environment(threads, **more):
    """Every library that might be inside is told the same number of threads, and keeps its memory as ours does."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    memory = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str((1 << 31) - 1)}
    return {**os.environ, **{name: str(threads) for name in names}, **memory, **more}


class Contestant:
    """A running program. Use it in a `with`, or call `close`."""

    def __init__(self, name, command, threads, log_folder, **more):
        self.name = name
        self.log = open(pathlib.Path(log_folder) / f"{name.replace(' ', '-').replace('/', '-')}.log", "a")
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True, env=environment(threads, **more))

    @property
    def pid(self):
        return self.process.pid

    def ask(self, do, **words):
        """Sends one question and waits for its answer."""
        line = json.dumps({"do": do, **{key: str(value) if isinstance(value, pathlib.Path) else value for key, value in words.items()}})
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except OSError as error:
            raise Failed(f"{self.name}: gone ({error}); see {self.log.name}") from error
        if not answer:
            raise Failed(f"{self.name}: ended with {self.process.wait()}; see {self.log.name}")
        answer = json.loads(answer)
        if "error" in answer:
            raise Failed(f"{self.name}: {answer['error']}")
        return answer

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def peer(name, script, setting, *words, threads, **more):
    """A contestant written in Python: `peers/<script>.py`."""
    return Contestant(name, [sys.executable, BENCHES / "peers" / f"{script}.py", *words], threads, setting.logs, **more)


def ours(setting, *, threads, name="likeness"):
    """Our own contestant: `benches/ours`."""
    return Contestant(name, [setting.ours], threads, setting.logs)


def serve(handlers):
    """The other end: answers each line with the handler of its name, which takes the rest as keywords."""
    # What a library prints must not end up between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        ask = json.loads(line)
        try:
            answer = handlers[ask.pop("do")](**ask) or {}
        except Exception as error:  # noqa: BLE001 - whatever it is, the driver is told
            import traceback

            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"[:2000]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
