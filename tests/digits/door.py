"""A server of its own for a check, spoken to as DIGITS' scripts do, and readers of the files that Caffe's tools share with it."""
import json
import pathlib
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOO_LONG_SECONDS = 3600


def program():
    return subprocess.run([ROOT / ".ci/binary"], check=True, capture_output=True, text=True).stdout.strip()


class Gone(Exception):
    """The server was killed before it answered."""


class Server:
    """The program over a data folder; clients may name files below `roots`."""

    def __init__(self, folder, roots, settings="", binary=None):
        self.folder, self.process, self.url, self.binary = pathlib.Path(folder), None, None, binary or program()
        self.folder.mkdir(parents=True)
        listed = ", ".join(json.dumps(str(pathlib.Path(root).resolve())) for root in roots)
        (self.folder / "likeness.toml").write_text(f"[import]\nroots = [{listed}]\n{settings}")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate()

    def start(self):
        command = [self.binary, "--data-dir", self.folder, "serve", "--port", "0"]
        with open(self.folder / "server.log", "a") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.process.stdout:
            if "http://" in line:
                self.url = line[line.index("http://"):].split()[0].rstrip("/")
                return
        raise AssertionError(f"the server did not start: {(self.folder / 'server.log').read_text()[-2000:]}")

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def ask(self, path, form=None, files=None):
        """The JSON of an answer; `form` makes it a POST by the user `fred`. A refusal is an AssertionError with the server's words."""
        data, headers = None, {}
        if form is not None or files:
            data = multipart({"username": "fred", **(form or {})}, files or {})
            headers["content-type"] = f"multipart/form-data; boundary={EDGE}"
        try:
            with urllib.request.urlopen(urllib.request.Request(f"{self.url}{path}", data=data, headers=headers), timeout=600) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()[:2000]}") from error
        except (OSError, json.JSONDecodeError) as error:
            raise Gone from error

    def until_done(self, job, wanted="Done"):
        """Waits for the end of a job."""
        end = time.monotonic() + TOO_LONG_SECONDS
        while time.monotonic() < end:
            status = self.ask(f"/jobs/{job}/status")
            if status.get("status") in ("Done", "Error", "Aborted"):
                assert status["status"] == wanted, status
                return
            time.sleep(0.1)
        raise AssertionError(f"{job} did not end in {TOO_LONG_SECONDS} s")

    def dataset(self, folder, **form):
        """Makes a dataset of grey pictures of 28 x 28 from class folders; answers what is told of it."""
        form = {"method": "folder", "folder_train": folder, "resize_channels": 1, "resize_width": 28, "resize_height": 28, "encoding": "png",
                "dataset_name": "digits", **form}
        made = self.ask("/datasets/images/classification.json", form)["id"]
        self.until_done(made)
        return self.ask(f"/datasets/{made}.json")

    def model(self, dataset, **form):
        """Asks for a model of a dataset; answers its id."""
        return self.ask("/models/images/classification.json", {"dataset": dataset, "framework": "caffe", **form})["id"]


EDGE = "----------------edge-of-a-part"


def multipart(form, files):
    parts = [f'--{EDGE}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in form.items()]
    for name, path in files.items():
        head = f'--{EDGE}\r\ncontent-disposition: form-data; name="{name}"; filename="{pathlib.Path(path).name}"\r\n\r\n'
        parts.append(head.encode() + pathlib.Path(path).read_bytes() + b"\r\n")
    return b"".join(parts) + f"--{EDGE}--\r\n".encode()


def curves(folder):
    """Points of a training's two phases, as they lie in its folder."""
    points = {"train": [], "val": []}
    for line in (pathlib.Path(folder) / "curves.jsonl").read_text().splitlines():
        point = json.loads(line)
        points[point.pop("phase")].append(point)
    return points


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    """Number and value of each field of a message in protobuf's encoding, numbers of four bytes as such."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            length, at = {1: (8, at), 5: (4, at)}.get(key & 7) or varint(data, at)
            value, at = data[at:at + length], at + length
        yield key >> 3, value
    assert at == len(data), "a message ends early"


def blob(data):
    """The bytes of a BlobProto's values, four each: its field 5."""
    return b"".join(value for number, value in fields(data) if number == 5)


def layers(path):
    """Name of each layer with weights in a caffemodel, and the bytes of its blobs."""
    found = {}
    for number, layer in fields(pathlib.Path(path).read_bytes()):
        if number == 100:
            parts = list(fields(layer))
            blobs = [blob(value) for number, value in parts if number == 7]
            if blobs:
                found[next(value for number, value in parts if number == 1).decode()] = blobs
    return found
