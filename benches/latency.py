#!/usr/bin/env python3
"""How long does somebody wait for the answer to a picture they send, while the library is worked on in bulk? Sends new pictures
(POST upload, then the search with it) one after the other: first to an idle server, then while it extracts a whole library, and
prints medians, 95th percentiles and their ratio. Exits with 1 when the ratio of the medians is above --at-most.
Usage: benches/latency.py [--photos DIR] [--queries DIR] [--model KEY] [--seconds N] [--at-most 2.0] [--json] [--binary FILE]
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent


def program():
    return subprocess.run([ROOT / ".ci/binary"], check=True, capture_output=True, text=True).stdout.strip()


class Server:
    """A served library that does its own long work."""

    def __init__(self, binary, folder, arguments):
        self.binary, self.folder, self.arguments = binary, folder, arguments

    def command(self, *words):
        done = subprocess.run([self.binary, "--data-dir", self.folder, *self.arguments, *words], capture_output=True, text=True)
        if done.returncode not in (0, 2):
            sys.exit(f"likeness {words[0]}: {done.stderr}")
        return done.stdout

    def __enter__(self):
        self.log = open(f"{self.folder}/server.log", "w")
        command = [self.binary, "--data-dir", self.folder, *self.arguments, "serve", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if "http://" in line:
                self.url = line[line.index("http://"):].split()[0].rstrip("/")
                return self
        sys.exit(f"the server did not start, see {self.log.name}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def ask(self, path, body=None, content_type="application/json"):
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", body, {"content-type": content_type} if body else {})
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)

    def upload(self, picture):
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\ncontent-disposition: form-data; name="username"\r\n\r\nbench\r\n--{edge}\r\ncontent-disposition: form-data; name="image"; filename="q.jpg"\r\n\r\n'
        body = head.encode() + picture + f"\r\n--{edge}--\r\n".encode()
        return self.ask("upload/", body, f"multipart/form-data; boundary={edge}")


def new_pictures(files):
    """The pictures, again and again, each time with another comment inside, so that no answer can come from what is known."""
    while True:
        for file in files:
            content = file.read_bytes()
            comment = uuid.uuid4().hex.encode()
            yield content[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + content[2:]


def wait_for(server, seconds, pictures, goes_on):
    """Milliseconds of upload and search, one after the other, for so long and for as long as the work goes on."""
    taken, until = [], time.monotonic() + seconds
    while time.monotonic() < until and goes_on():
        picture = next(pictures)
        started = time.monotonic()
        upload = server.upload(picture)["res"]["id"]
        found = server.ask(f"search/upload/{upload}/?limit=30")["res"]
        assert found, "the search answered nothing"
        taken.append(1000 * (time.monotonic() - started))
        time.sleep(0.02)
    return taken


def figures(milliseconds):
    ordered = sorted(milliseconds)
    return {"answers": len(ordered), "p50_ms": statistics.median(ordered), "p95_ms": ordered[int(0.95 * (len(ordered) - 1))]}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--photos", type=pathlib.Path, help="the library to extract [default: rendered pictures]")
    arguments.add_argument("--queries", type=pathlib.Path, help="JPEG pictures to send [default: some of the photos]")
    arguments.add_argument("--model")
    arguments.add_argument("--mirror")
    arguments.add_argument("--seconds", type=float, default=15)
    arguments.add_argument("--at-most", type=float, default=2.0)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--binary")
    options = arguments.parse_args()
    binary = options.binary or program()
    extra = ["--mirror", options.mirror] if options.mirror else []
    with tempfile.TemporaryDirectory() as folder:
        photos = options.photos
        if photos is None:
            photos = pathlib.Path(folder) / "photos"
            subprocess.run([binary, "render", str(photos), "--groups", "100", "--views", "100", "--width", "640", "--height", "480"], check=True)
        library = Server(binary, f"{folder}/library", extra)
        queries = sorted((options.queries or photos).rglob("*.jpg"))[:20]
        # One picture is searchable from the start; the others come while people wait.
        library.command("import", str(queries[0]))
        library.command("extract", *(["--model", options.model] if options.model else []))
        library.command("import", str(photos))
        pictures = new_pictures(queries)
        with library as server:
            wait_for(server, 2, pictures, lambda: True)
            idle = figures(wait_for(server, options.seconds, pictures, lambda: True))
            job = server.ask("task/run/", json.dumps({"task_name": "update_index", "params": {}}).encode())["uuid"]

            def state():
                return server.ask(f"task/job/{job}/")["res"]

            def goes_on():
                return state()["status"] in ("queued", "running")

            time.sleep(1)
            busy = figures(wait_for(server, options.seconds, pictures, goes_on))
            after = state()
        if after["status"] != "running":
            sys.exit(f"the extraction ended before it was measured ({after['status']}): give it more pictures")
        report = {"idle": idle, "busy": busy, "ratio_p50": busy["p50_ms"] / idle["p50_ms"], "ratio_p95": busy["p95_ms"] / idle["p95_ms"], "extracted_meanwhile": after["progress"]["current"]}
        if options.json:
            print(json.dumps(report))
        else:
            for name in ("idle", "busy"):
                print("{}: {answers} answers, p50 {p50_ms:.1f} ms, p95 {p95_ms:.1f} ms".format(name, **report[name]))
            print(f"ratio p50 {report['ratio_p50']:.2f}, p95 {report['ratio_p95']:.2f}")
        sys.exit(report["ratio_p50"] > options.at_most)


if __name__ == "__main__":
    main()
