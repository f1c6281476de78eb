#!/usr/bin/env python3
"""Kills the server ten times in the middle of each kind of task, while a client writes collections, links and uploads, and starts
it again each time: everything that was acknowledged must be there, and every job must end as done, or with its reason.
Usage: tests/kill_server.py [--kills N] [--seed N] [--only KIND] [--binary FILE]
"""
import argparse
import hashlib
import http.server
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOO_LONG_SECONDS = 120


def program():
    return subprocess.run([ROOT / ".ci/binary"], check=True, capture_output=True, text=True).stdout.strip()


class Gone(Exception):
    """The server was killed before it answered."""


class Server:
    """A library and the server over it."""

    def __init__(self, binary, folder):
        self.binary, self.folder, self.process, self.url = binary, folder, None, None
        folder.mkdir(parents=True)
        (folder / "likeness.toml").write_text("[tasks]\nlease_seconds = 1\nmax_attempts = 1000\nworkers = 1\n[engine]\nthreads = 1\n")

    def command(self, *words):
        done = subprocess.run([self.binary, "--data-dir", str(self.folder), *words], capture_output=True, text=True)
        assert done.returncode in (0, 2), f"{words}: {done.stderr}"
        return done.stdout

    def start(self):
        self.log = open(self.folder / "server.log", "a")
        command = [self.binary, "--data-dir", str(self.folder), "serve", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if "http://" in line:
                self.url = line[line.index("http://"):].split()[0].rstrip("/")
                return
        raise AssertionError(f"the server did not start: {(self.folder / 'server.log').read_text()[-2000:]}")

    def kill(self):
        self.process.kill()
        self.process.communicate()
        self.log.close()

    def ask(self, method, path, body=None, content_type="application/json"):
        """Status and JSON of a request; `Gone` when the server died over it."""
        data = json.dumps(body).encode() if body is not None and not isinstance(body, bytes) else body
        headers = {"content-type": content_type} if data is not None else {}
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
        except (urllib.error.URLError, ConnectionError, TimeoutError, json.JSONDecodeError, OSError, http.client.HTTPException) as error:
            raise Gone from error

    def upload(self, name, picture):
        edge = "----edge"
        head = f'--{edge}\r\ncontent-disposition: form-data; name="username"\r\n\r\nme\r\n--{edge}\r\ncontent-disposition: form-data; name="image"; filename="{name}"\r\n\r\n'
        body = head.encode() + picture + f"\r\n--{edge}--\r\n".encode()
        return self.ask("POST", "upload/", body, f"multipart/form-data; boundary={edge}")


class Writer(threading.Thread):
    """Writes until the server is gone, and remembers what was acknowledged."""

    def __init__(self, server, pictures, seed):
        super().__init__(daemon=True)
        self.server, self.pictures, self.rng, self.promised = server, pictures, random.Random(seed), []
        self.stopped = threading.Event()

    def run(self):
        try:
            while not self.stopped.is_set():
                title = uuid.uuid4().hex
                status, body = self.server.ask("POST", "collection/", {"title": title, "username": "me", "notes": title})
                assert status == 200, body
                collection = body["res"]["id"]
                self.promised.append(("collection", collection, title))
                media = self.rng.randint(1, 50)
                status, body = self.server.ask("POST", f"collection/{collection}/media/", {"media_id": media, "username": "me"})
                if status == 200:
                    self.promised.append(("link", collection, media))
                status, body = self.server.upload("p.jpg", self.rng.choice(self.pictures).read_bytes())
                assert status == 200, body
                self.promised.append(("upload", body["res"]["id"], body["res"]["sha256"]))
        except Gone:
            pass

    def check(self, server):
        for kind, first, second in self.promised:
            if kind == "collection":
                found = server.ask("GET", f"collection/{first}/")[1]["res"]["title"]
            elif kind == "link":
                found = second if any(media["id"] == second for media in server.ask("GET", f"collection/{first}/")[1]["res"]["media"]) else None
            else:
                shown = server.ask("GET", f"upload/{first}/")[1]["res"]
                with urllib.request.urlopen(server.url + shown["url"]) as answer:
                    found = hashlib.sha256(answer.read()).hexdigest()
            assert found == second, f"acknowledged and lost: {kind} {first} {second}, found {found}"
        return len(self.promised)


class SlowFile(http.server.ThreadingHTTPServer):
    """Serves one file slowly, in ranges where asked."""

    def __init__(self, content):
        outer_content = content

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                wanted = self.headers.get("range", "")
                start = int(wanted[len("bytes="):].rstrip("-")) if wanted.startswith("bytes=") else 0
                part = outer_content[start:]
                self.send_response(206 if start else 200)
                self.send_header("content-length", str(len(part)))
                self.end_headers()
                try:
                    for place in range(0, len(part), 1 << 15):
                        self.wfile.write(part[place:place + (1 << 15)])
                        time.sleep(0.03)
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Kinds:
    """One method a kind of task: prepares it, and answers name and parameters. A second one checks what must hold at the end."""

    def __init__(self, server, pictures, folder):
        self.server, self.pictures, self.folder, self.round = server, pictures, folder, 0

    def long_task(self):
        return {"steps": 8}

    def update_index(self):
        # Everything to do again: the vectors are derived and may go.
        shutil.rmtree(self.server.folder / "features", ignore_errors=True)
        return {"rebuild": True}

    def import_(self):
        self.round += 1
        self.incoming = self.server.folder / "incoming" / f"round{self.round}"
        subprocess.run([self.server.binary, "render", str(self.incoming), "--groups", "30", "--views", "20", "--seed", str(100 + self.round), "--width", "200", "--height", "150"], check=True)
        self.before = self.server.ask("GET", "media/info/")[1]["res"]["mediaCount"]
        return {"paths": [self.incoming.name]}

    def after_import_(self, job):
        count = self.server.ask("GET", "media/info/")[1]["res"]["mediaCount"]
        assert count == self.before + 600, f"600 pictures were to come in, {count - self.before} did"

    def delete_media(self):
        # All the pictures that the imports brought in; the first ones stay for the writer.
        return {"ids": list(range(200, 800)), "restore": self.round % 2 == 1}

    def after_delete_media(self, job):
        self.round += 1

    def export_collection(self):
        status, body = self.server.ask("POST", "collection/", {"title": "To export", "username": "me"})
        assert status == 200, body
        self.collection = body["res"]["id"]
        media = self.server.ask("GET", "media/?limit=1000")[1]["res"]
        ids = [one["id"] for one in media]
        status, body = self.server.ask("POST", f"collection/{self.collection}/media/", {"media_ids": ids, "username": "me"})
        assert status == 200, body
        return {"collection_id": self.collection}

    def after_export_collection(self, job):
        exported = list((self.server.folder / "exports").glob("*.zip"))
        assert exported, "there is no export"
        self.server.command("verify", str(max(exported, key=lambda path: path.stat().st_mtime)))

    def download_model(self):
        self.round += 1
        content = random.Random(self.round).randbytes(3 << 20)
        self.site = SlowFile(content)
        key = f"slow_{self.round}"
        model = self.server.folder / "modelzoo" / key
        model.mkdir(parents=True)
        (model / "model.yaml").write_text(MODEL.format(size=len(content), sha256=hashlib.sha256(content).hexdigest(), port=self.site.server_port))
        return {"name": key}

    def after_download_model(self, job):
        key = f"slow_{self.round}"
        assert self.server.ask("GET", f"modelzoo/name/{key}/")[1]["res"]["downloaded"], "the model is not there"
        self.site.shutdown()


    def detect(self):
        # A classifier of three colours, whose weights are a layer without any: it answers whatever a picture has most of.
        self.round += 1
        weights = b"\xa2\x06\x0f\x0a\x04mean\x12\x07Pooling"
        self.detector = f"colours_{self.round}"
        model = self.server.folder / "modelzoo" / self.detector
        model.mkdir(parents=True)
        (model / "weights.caffemodel").write_bytes(weights)
        (model / "labels.txt").write_text("red\ngreen\nblue\n")
        (model / "network.prototxt").write_text(COLOURS)
        (model / "model.yaml").write_text(CLASSIFIER.format(sha256=hashlib.sha256(weights).hexdigest()))
        return {"model": self.detector}

    def after_detect(self, job):
        seen = [one for one in self.server.ask("GET", "detection/")[1]["res"] if one["detector"] == self.detector]
        count = self.server.ask("GET", "media/info/")[1]["res"]["mediaCount"]
        assert [one["media"] for one in seen] == [count], f"{count} pictures were to be looked at: {seen}"


COLOURS = """name: "colours"
input: "data"
input_dim: 1 input_dim: 3 input_dim: 32 input_dim: 32
layer { name: "mean" type: "Pooling" bottom: "data" top: "mean" pooling_param { pool: AVE global_pooling: true } }
layer { name: "flat" type: "Flatten" bottom: "mean" top: "flat" }
layer { name: "prob" type: "Softmax" bottom: "flat" top: "prob" }
"""

CLASSIFIER = """name: Colours
task_type: classification
framework: caffe
licence: CC0-1.0
source: "a test"
model: weights.caffemodel
config: network.prototxt
labels: labels.txt
sha256: {sha256}
mean: [0.0, 0.0, 0.0]
scale: 0.00392156862745098
width: 32
height: 32
rgb: true
crop: false
threshold: 0.1
features: ""
dimensions: 0
"""

MODEL = """name: Slow
task_type: classification
framework: torchscript
licence: CC0-1.0
source: "a test"
model: weights.pt
sha256: {sha256}
size: {size}
url: http://127.0.0.1:{port}/weights.pt
mean: [0.0, 0.0, 0.0]
scale: 1.0
width: 32
height: 32
rgb: true
crop: false
threshold: 0.5
features: out
dimensions: 8
"""

ALL = ["long_task", "update_index", "import_", "delete_media", "export_collection", "download_model", "detect"]


def begin(kinds, kind):
    params = getattr(kinds, kind)()
    status, body = kinds.server.ask("POST", "task/run/", {"task_name": kind.rstrip("_"), "params": params})
    assert status == 202, body
    return body["uuid"]


def job_of(server, uuid_):
    status, body = server.ask("GET", f"task/job/{uuid_}/")
    assert status == 200, f"an acknowledged job is gone: {body}"
    return body["res"]


def is_over(job):
    return job["status"] in ("done", "failed", "cancelled")


def end_of(server, uuid_):
    begun = time.monotonic()
    while True:
        job = job_of(server, uuid_)
        if is_over(job):
            return job
        assert time.monotonic() - begun < TOO_LONG_SECONDS, f"job {job} does not end"
        time.sleep(0.05)


def finish(kinds, kind, uuid_):
    """A job at its end: done, and what it promised is there; or failed, with a reason."""
    job = end_of(kinds.server, uuid_)
    assert job["status"] == "done" or job["error"], f"ended without a reason: {job}"
    assert job["status"] == "done", f"{kind}: {job['error']}"
    check = getattr(kinds, f"after_{kind}", None)
    if check:
        check(job)
    return job


def until_begun(server, uuid_, attempts):
    """The job once a worker has begun it anew, or once it is over."""
    begun = time.monotonic()
    while not is_over(job := job_of(server, uuid_)) and job["attempts"] <= attempts:
        assert time.monotonic() - begun < TOO_LONG_SECONDS, f"nobody begins {job}"
        time.sleep(0.01)
    return job


def kill_kind(server, kinds, kind, kills, pictures, rng):
    hits, jobs, promised, begun = 0, 0, 0, 0
    server.start()
    uuid_, attempts = None, 0
    while hits < kills:
        if uuid_ is None:
            uuid_, jobs, attempts = begin(kinds, kind), jobs + 1, 0
        writer = Writer(server, pictures, rng.random())
        writer.start()
        attempts = until_begun(server, uuid_, attempts)["attempts"]
        time.sleep(rng.uniform(0.0, 0.5))
        was_running = not is_over(job_of(server, uuid_))
        server.kill()
        hits += was_running
        writer.stopped.set()
        writer.join()
        server.start()
        promised += writer.check(server)
        if is_over(job_of(server, uuid_)):
            begun += finish(kinds, kind, uuid_)["attempts"]
            uuid_ = None
        assert jobs < kills * 20, f"{kind} is too quick to be hit"
    if uuid_ is not None:
        begun += finish(kinds, kind, uuid_)["attempts"]
    server.kill()
    print(f"{kind.rstrip('_')}: killed {hits} times in its middle, {jobs} job(s) begun {begun} times, all done; {promised} acknowledged writes, all there")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=10)
    arguments.add_argument("--seed", type=int, default=int(time.time()))
    arguments.add_argument("--only", choices=ALL)
    arguments.add_argument("--binary", help="the program [default: the one that cargo built]")
    options = arguments.parse_args()
    print(f"seed {options.seed}")
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        server = Server(options.binary or program(), folder / "data")
        subprocess.run([server.binary, "render", str(folder / "first"), "--groups", "40", "--views", "20", "--width", "300", "--height", "200"], check=True)
        server.command("import", str(folder / "first"))
        server.command("extract")
        pictures = sorted((folder / "first").rglob("*.jpg"))
        kinds = Kinds(server, pictures, folder)
        for kind in [options.only] if options.only else ALL:
            kill_kind(server, kinds, kind, options.kills, pictures, rng)
        leftovers = [str(path) for path in server.folder.rglob("*") if path.name.endswith(".part") or "building-" in path.name]
        assert not leftovers, f"left over: {leftovers}"
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
