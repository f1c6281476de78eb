"""PyTorch's forward pass: `forward_torch.py eager|channels-last|compile-bf16`, on as many threads as it is told by the environment."""
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import torch  # noqa: E402

from kit import talk  # noqa: E402
from peers import networks  # noqa: E402

MODE = sys.argv[1]
DEVICE = sys.argv[2] if len(sys.argv) > 2 else "cpu"
ready = {}


def prepared(name, batch):
    """Network and input, warmed up once."""
    if (name, batch) not in ready:
        network, given = networks.made(name), networks.pictures(name, batch)
        if MODE != "eager":
            network, given = network.to(memory_format=torch.channels_last), given.to(memory_format=torch.channels_last)
        if MODE == "compile-bf16":
            network, given = torch.compile(network.bfloat16(), dynamic=False), given.bfloat16()
        if MODE == "half":
            network, given = network.half(), given.half()
        network, given = network.to(DEVICE), given.to(DEVICE)
        for _ in range(3):
            network(given)
        ready[name, batch] = network, given
    return ready[name, batch]


def measure(network, batch, seconds):
    with torch.inference_mode():
        run, given = prepared(network, batch)
        passes, start = 0, time.perf_counter()
        while passes < 2 or time.perf_counter() - start < seconds:
            run(given)
            if DEVICE != "cpu":
                torch.cuda.synchronize()
            passes += 1
        return {"images_per_second": passes * batch / (time.perf_counter() - start)}


def export(network, path, kind):
    """Writes a network as TorchScript (for us) or ONNX (for ONNX Runtime), with any number of pictures at a time."""
    module, example = networks.made(network), networks.pictures(network, 2)
    if kind == "torchscript":
        torch.jit.trace(module, example).save(path)
    else:
        torch.onnx.export(module, (example,), path, input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, dynamo=False)


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    talk.serve({"measure": measure, "export": export})
