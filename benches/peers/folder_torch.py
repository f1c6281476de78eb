"""What a user would write: Pillow, a PyTorch DataLoader, MobileNetV2, features stored as .npy. `folder_torch.py eager|compile-bf16`."""
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import numpy  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

from kit import talk  # noqa: E402
from peers import networks  # noqa: E402

MODE = sys.argv[1]
BATCH = 8
SIDE = 224
MEAN, SCALE = 127.0, 1 / 127.5


class Files(torch.utils.data.Dataset):
    """Decoded and squashed to the network's size, as ours does."""

    def __init__(self, paths, draft):
        self.paths, self.draft = paths, draft

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, place):
        picture = Image.open(self.paths[place])
        if self.draft:
            # The decoder may shrink the picture as long as twice the network's size is left: the same quality as ours.
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))
        picture = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
        return torch.from_numpy(numpy.asarray(picture).copy())


network = None


def model():
    global network
    if network is None:
        network = networks.made("mobilenet_v2").to(memory_format=torch.channels_last)
        if MODE == "compile-bf16":
            network = torch.compile(network.bfloat16(), dynamic=False)
        forward(torch.zeros(BATCH, SIDE, SIDE, 3, dtype=torch.uint8))
    return network


def forward(pixels):
    """`[n, height, width, 3]` bytes to unit vectors; the last batch is filled up, so that there is one shape."""
    count = len(pixels)
    pixels = torch.nn.functional.pad(pixels, (0, 0, 0, 0, 0, 0, 0, BATCH - count))
    given = pixels.permute(0, 3, 1, 2).float().sub_(MEAN).mul_(SCALE).to(memory_format=torch.channels_last)
    given = given.bfloat16() if MODE == "compile-bf16" else given
    return torch.nn.functional.normalize(network(given).float(), dim=1)[:count]


def run(paths, draft, workers, out):
    with torch.inference_mode():
        model()
        start = time.perf_counter()
        loader = torch.utils.data.DataLoader(Files(paths, draft), BATCH, num_workers=workers)
        numpy.save(out, torch.cat([forward(pixels) for pixels in loader]).numpy())
        return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    talk.serve({"run": run})
