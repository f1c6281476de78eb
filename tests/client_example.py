"""Ask a Likeness server from a script: upload, search, collect, run a task. Python's standard library is enough."""
import json
import pathlib
import sys
import time
import urllib.request
import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    score: float  # 0 is the same picture, 1.41 is unrelated
    id: int
    url: str


@dataclass(frozen=True)
class Likeness:
    address: str = "http://127.0.0.1:5000"

    def call(self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json") -> dict:
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", body, {"Content-Type": content_type}, method=method)
        with urllib.request.urlopen(request) as answer:  # a refusal raises HTTPError; its body is JSON with `error`
            return json.load(answer)

    def post(self, path: str, **fields: object) -> dict:
        return self.call("POST", path, json.dumps(fields).encode())

    def upload(self, file: pathlib.Path, username: str = "") -> int:
        edge = uuid.uuid4().hex
        head = 'Content-Disposition: form-data; name="{}"'.format
        parts = [head("username"), "", username, f"--{edge}", f'{head("image")}; filename="{file.name}"', "", ""]
        body = f"--{edge}\r\n".encode() + "\r\n".join(parts).encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        return self.call("POST", "upload/", body, f"multipart/form-data; boundary={edge}")["res"]["id"]

    def search(self, upload: int, limit: int = 5) -> list[Hit]:
        found = self.call("GET", f"search/upload/{upload}/?limit={limit}")["res"]
        return [Hit(hit["score"], hit["id"], self.address + hit["media"]["url"]) for hit in found]

    def collect(self, title: str, username: str, media: list[int]) -> int:
        collection = self.post("collection/", title=title, username=username)["res"]["id"]
        for one in media:
            self.post(f"collection/{collection}/media/", media_id=one, username=username)
        return collection

    def run(self, task: str, **params: object) -> dict:
        job = self.post("task/run/", task_name=task, params=params)["uuid"]
        while (state := self.call("GET", f"task/job/{job}/")["res"])["status"] in ("queued", "running", "cancelling"):
            print(f"{state['progress']['current']}/{state['progress']['total']} {state['progress']['message']}")
            time.sleep(0.5)
        return state


if __name__ == "__main__":
    server = Likeness(sys.argv[1])
    hits = server.search(server.upload(pathlib.Path(sys.argv[2]), "script"))
    print(*hits, sep="\n")
    print("collection", server.collect("What it looks like", "script", [hit.id for hit in hits]))
    print("update_index:", server.run("update_index")["status"])
