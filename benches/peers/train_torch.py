"""PyTorch trains LeNet as DIGITS' text of it says: `train_torch.py tensors|loader LIST`.

`tensors` has all pictures in memory as bytes, so that nothing but the network takes time. `loader` decodes them as people do: a
DataLoader over PNG files, with the number of workers that it is asked for.
"""
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import numpy  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

from kit import talk  # noqa: E402

MODE, LIST = sys.argv[1:3]
BATCH = 64


def lenet():
    """Caffe's LeNet: 431,080 weights, filled as there."""
    torch.manual_seed(7)
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 20, 5), torch.nn.MaxPool2d(2), torch.nn.Conv2d(20, 50, 5), torch.nn.MaxPool2d(2),
                                  torch.nn.Flatten(), torch.nn.Linear(800, 500), torch.nn.ReLU(), torch.nn.Linear(500, 10))
    for name, blob in network.named_parameters():
        torch.nn.init.zeros_(blob) if name.endswith("bias") else torch.nn.init.uniform_(blob, -(3 / blob[0].numel()) ** 0.5, (3 / blob[0].numel()) ** 0.5)
    return network


class Files(torch.utils.data.Dataset):
    """Pictures of a list, decoded one by one."""

    def __init__(self, lines):
        self.lines = [line.rsplit(None, 1) for line in lines]

    def __len__(self):
        return len(self.lines)

    def __getitem__(self, place):
        path, label = self.lines[place]
        with Image.open(path) as picture:
            return torch.from_numpy(numpy.asarray(picture.convert("L"), dtype=numpy.uint8)[None].copy()), int(label)


class Training:
    """The network with its solver: SGD, momentum 0.9, biases at twice the rate, as the text says."""

    def __init__(self):
        self.files = Files(pathlib.Path(LIST).read_text().splitlines())
        self.network = lenet()
        named = list(self.network.named_parameters())
        groups = [{"params": [blob for name, blob in named if name.endswith("bias") == is_bias], "lr": rate} for is_bias, rate in ((False, 0.01), (True, 0.02))]
        self.solver = torch.optim.SGD(groups, lr=0.01, momentum=0.9, weight_decay=1e-4)
        self.whole = None
        first = torch.stack([self.files[place][0] for place in range(0, len(self.files), max(1, len(self.files) // 2000))])
        self.mean = first.float().mean(0)

    def step(self, pictures, labels):
        self.solver.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(self.network(pictures.float() - self.mean), labels)
        loss.backward()
        self.solver.step()
        return loss

    def batches(self, workers):
        if MODE == "loader":
            return torch.utils.data.DataLoader(self.files, BATCH, num_workers=workers)
        if self.whole is None:
            pairs = [self.files[place] for place in range(len(self.files))]
            self.whole = torch.stack([picture for picture, _ in pairs]), torch.tensor([label for _, label in pairs])
        return zip(*(part.split(BATCH) for part in self.whole))


training = Training()


def prepare():
    """Reads what is in memory anyway, and takes a few steps."""
    for _, batch in zip(range(5), training.batches(0)):
        training.step(*batch)


def epoch(workers):
    start, count, loss = time.perf_counter(), 0, 0.0
    for pictures, labels in training.batches(workers):
        loss = training.step(pictures, labels)
        count += len(labels)
    return {"pictures_per_second": count / (time.perf_counter() - start), "loss": loss.item()}


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    talk.serve({"prepare": prepare, "epoch": epoch})
