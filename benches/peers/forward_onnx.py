"""ONNX Runtime's forward pass, f32, all graph optimisations: `forward_onnx.py FOLDER` with `<network>.onnx` in it."""
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import numpy  # noqa: E402
import onnxruntime  # noqa: E402

from kit import talk  # noqa: E402

FOLDER = pathlib.Path(sys.argv[1])
sessions = {}


def session(name):
    if name not in sessions:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ["OMP_NUM_THREADS"])
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        # Threads that turn idle loops between two rounds would slow the others down.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        sessions[name] = onnxruntime.InferenceSession(FOLDER / f"{name}.onnx", options, providers=["CPUExecutionProvider"])
    return sessions[name]


def measure(network, batch, seconds):
    run = session(network)
    side = run.get_inputs()[0].shape[2]
    given = {"x": numpy.random.default_rng(batch).standard_normal((batch, 3, side, side), dtype=numpy.float32)}
    run.run(None, given)
    passes, start = 0, time.perf_counter()
    while passes < 2 or time.perf_counter() - start < seconds:
        run.run(None, given)
        passes += 1
    return {"images_per_second": passes * batch / (time.perf_counter() - start)}


if __name__ == "__main__":
    talk.serve({"measure": measure})
