"""What was measured on, and with which versions."""
import datetime
import importlib.metadata
import os
import pathlib
import platform
import re
import subprocess

FLAGS = ("avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_vpopcntdq", "amx_bf16", "amx_int8", "sha_ni", "asimd", "bf16", "i8mm")
PACKAGES = ("torch", "torchvision", "onnxruntime", "faiss-cpu", "usearch", "hnswlib", "pillow", "numpy")


def cores():
    return len(os.sched_getaffinity(0))


def describe():
    """Facts in the order in which they are printed."""
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.+)$", info, re.M)
    flags = set(re.search(r"^(?:flags|Features)\s*:\s*(.+)$", info, re.M).group(1).split())
    memory = int(re.search(r"^MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text(), re.M).group(1)) / (1 << 20)
    return {
        "CPU": f"{model.group(1) if model else platform.processor()}, {cores()} cores used",
        "Instructions": " ".join(flag for flag in FLAGS if flag in flags),
        "L3 cache": last_cache(),
        "Memory": f"{memory:.1f} GiB",
        "GPU": gpu() or "none",
        "System": f"{distribution()}, Linux {platform.release()}, {first_line(['ldd', '--version'])}",
        "Python": platform.python_version(),
        "Rust": first_line(["rustc", "--version"]),
        "Peers": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def load():
    """Processes that wanted a core in the last minute, others' included: above the number of cores the figures are not to be trusted."""
    return os.getloadavg()[0]


def gpu():
    return first_line(["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"])


def commit(root):
    dirty = subprocess.run(["git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!benches/RESULTS.md", ":!benches/plots", ":!README.md"], cwd=root, capture_output=True, text=True)
    name = first_line(["git", "-C", str(root), "rev-parse", "--short", "HEAD"]) or "unknown"
    return name + ("+changes" if dirty.stdout.strip() else "")


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def last_cache():
    """Size of the last cache as the kernel tells it; a virtual machine may know none."""
    sizes = [path.read_text().strip() for path in sorted(pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"))]
    return sizes[-1] if sizes else "unknown"


def distribution():
    match = re.search(r'^PRETTY_NAME="?([^"\n]+)', pathlib.Path("/etc/os-release").read_text(), re.M)
    return match.group(1) if match else "unknown"


def first_line(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout.strip().split("\n")[0] if done.returncode == 0 else ""
