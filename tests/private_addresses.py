#!/usr/bin/env python3
"""A URL import that is redirected to a private, loopback or link-local address must not reach it. In a network of its own, where a
public address is this machine, a site redirects the server's requests. Needs root and util-linux' unshare; says so where they lack.
Usage: tests/private_addresses.py
"""
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PUBLIC, SITE_PORT, SECRET_PORT = "9.9.9.9", 8080, 8081
REDIRECTS = {
    "/to-public": f"http://{PUBLIC}:{SITE_PORT}/picture.jpg",
    "/to-loopback": f"http://127.0.0.1:{SECRET_PORT}/picture.jpg",
    "/to-name": f"http://localhost:{SECRET_PORT}/picture.jpg",
    "/to-mapped": f"http://[::ffff:127.0.0.1]:{SECRET_PORT}/picture.jpg",
    "/to-number": f"http://2130706433:{SECRET_PORT}/picture.jpg",
    "/to-private": f"http://10.0.0.1:{SECRET_PORT}/picture.jpg",
    "/to-link-local": "http://169.254.169.254/latest/meta-data/",
}
reached = []


class Site(http.server.BaseHTTPRequestHandler):
    """Serves a picture, and redirects elsewhere."""

    picture = b""

    def do_GET(self):
        reached.append((self.server.server_address[0], self.path))
        if self.path in REDIRECTS:
            self.send_response(302)
            self.send_header("location", REDIRECTS[self.path])
            self.send_header("content-length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("content-length", str(len(self.picture)))
        self.end_headers()
        self.wfile.write(self.picture)

    def log_message(self, *_):
        pass


def ask(url, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/api/v1/{path}", data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def inside(binary, folder):
    """The test itself, in a network that holds nothing but itself."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "addr", "add", f"{PUBLIC}/32", "dev", "lo"], check=True)
    subprocess.run([binary, "render", str(folder / "pictures"), "--groups", "1", "--views", "1"], check=True, capture_output=True)
    Site.picture = next((folder / "pictures").rglob("*.jpg")).read_bytes()
    for address in ((PUBLIC, SITE_PORT), ("127.0.0.1", SECRET_PORT)):
        threading.Thread(target=http.server.ThreadingHTTPServer(address, Site).serve_forever, daemon=True).start()
    server = subprocess.Popen([binary, "--data-dir", str(folder / "data"), "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        url = next(line for line in server.stdout if "http://" in line).split()[-1].rstrip("/")
        urls = [f"http://{PUBLIC}:{SITE_PORT}{path}" for path in REDIRECTS] + [f"http://localhost:{SECRET_PORT}/picture.jpg"]
        job = ask(url, "task/run/", {"task_name": "import", "params": {"urls": urls}})["uuid"]
        while (state := ask(url, f"task/job/{job}/")["res"])["status"] in ("queued", "running"):
            time.sleep(0.1)
        failures = ask(url, f"task/job/{job}/failures/")["res"]
    finally:
        server.kill()
    assert state["status"] == "done" and state["result"]["added"] == 1, f"the public one comes in: {state}"
    assert [failure["item"] for failure in failures] == urls[1:], f"all others fail: {failures}"
    assert all("private, loopback or link-local" in failure["reason"] for failure in failures), failures
    assert all(address == PUBLIC for address, _ in reached), f"a private address was reached: {reached}"
    print(f"private addresses: {len(failures)} of {len(failures)} refused, none reached; the public one came in")


def main():
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], pathlib.Path(sys.argv[3]))
        return
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        print("SKIPPED: private addresses: needs root, unshare and ip")
        return
    binary = subprocess.run([ROOT / ".ci/binary"], check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(subprocess.run(["unshare", "--net", sys.executable, __file__, "--inside", binary, folder]).returncode)


if __name__ == "__main__":
    main()
