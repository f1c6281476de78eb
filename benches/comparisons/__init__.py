"""One module a comparison, in the order in which they run. Each has `TITLE` and `run(setting) -> Section`."""
NAMES = ("forward", "folder", "training", "intake", "index", "filtered", "scan", "growth", "http", "start", "latency", "soak")
