"""A library and the server over it, asked over connections that stay open."""
import http.client
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.parse
import uuid

from kit import pictures

PATIENCE_SECONDS = 120


class Refused(Exception):
    """An answer that is a refusal or a fault."""


class Client:
    """One connection, kept alive; not for several threads."""

    def __init__(self, address):
        self.address, self.connection = address, None

    def ask(self, method, path, body=None, content_type="application/json"):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_SECONDS)
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        try:
            self.connection.request(method, f"/api/v1/{path}", data, {"content-type": content_type} if data is not None else {})
            answer = self.connection.getresponse()
            text = answer.read()
        except Exception:
            self.connection.close()
            self.connection = None
            raise
        if not 200 <= answer.status < 300:
            raise Refused(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)

    def get(self, path):
        return self.ask("GET", path)

    def send(self, path, field, file, **fields):
        """Posts a picture as a form does."""
        edge = uuid.uuid4().hex
        parts = [f'--{edge}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
        parts.append(f'--{edge}\r\ncontent-disposition: form-data; name="{field}"; filename="{file.name}"\r\n\r\n')
        body = "".join(parts).encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        return self.ask("POST", path, body, f"multipart/form-data; boundary={edge}")

    def upload(self, file):
        return self.send("upload/", "image", file, username="bench")["res"]["id"]

    def run(self, task, **params):
        return self.ask("POST", "task/run/", {"task_name": task, "params": params})["uuid"]

    def job(self, uuid):
        return self.get(f"task/job/{uuid}/")["res"]


class Server:
    """`likeness serve` over a library, in a `with`."""

    def __init__(self, setting, library, *words):
        self.started = time.perf_counter()
        self.log = open(setting.logs / "server.log", "a")
        command = [setting.program, "--data-dir", library, *words, "serve", "--port", "0"]
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = next((line for line in self.process.stdout if "http://" in line), None)
        if line is None:
            raise RuntimeError(f"the server ended with {self.process.wait()}; see {self.log.name}")
        self.address = urllib.parse.urlsplit(line[line.index("http://"):].split()[0]).netloc

    @property
    def pid(self):
        return self.process.pid

    def client(self):
        return Client(self.address)

    def processor_seconds(self):
        """Time on the processors so far, of all its threads."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()


class Absent(Exception):
    """The program has no such command (yet)."""


def fabricated(setting, count, kind="smooth"):
    """A library of this many media without pictures, with vectors and index; made once a run."""
    library = setting.work / f"library-{kind}-{count}"
    if not library.exists():
        setting.say(f"fabricating a library of {count:,}")
        command = [setting.program, "fabricate", "--count", str(count), "--set", kind, "--dimension", "512", "--data-dir", library]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if "unrecognized subcommand" in done.stderr:
            raise Absent("`likeness fabricate` is not in this build")
        if done.returncode:
            raise RuntimeError(f"fabricate: {done.stderr.strip()[-500:]}")
    return library


def pictured(setting, name, folders, extracted, model=None):
    """A library with the pictures of these folders imported; features are taken of the first `extracted` folders only."""
    library = setting.work / name
    model, mirror = (model, None) if model else pictures.feature_model(setting)
    words = ["--mirror", str(mirror)] if mirror else []
    for place, folder in enumerate(folders):
        pictures.likeness(setting, library, "import", folder, "--json")
        if place + 1 == extracted:
            pictures.likeness(setting, library, "extract", "--model", model, "--json", *words)
    return library, words


def snapshot_bytes(library):
    """Bytes of the newest index in a library: what a search must have at hand besides the rows."""
    folders = [path for path in pathlib.Path(library).glob("**/snapshot-*") if path.is_dir()]
    newest = max(folders, key=lambda path: path.stat().st_mtime, default=None)
    return (newest, sum(path.stat().st_size for path in newest.iterdir())) if newest else (None, 0)
