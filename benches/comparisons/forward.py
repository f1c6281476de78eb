"""The forward pass alone, three networks, batches of 1, 8 and 32: ours in its best precision and in f32 beside PyTorch and ONNX Runtime."""
import collections

from kit import machine, measures, pictures, rounds, talk
from kit.results import Plot, Section, Table, Target

TITLE = "Forward pass: pictures per second, three networks"
BATCHES = (1, 8, 32)
NETWORKS = {"resnet50": "ResNet-50", "mobilenet_v2": "MobileNetV2", "squeezenet1_1": "SqueezeNet 1.1"}
SECONDS = 1.0
# Against whom, how many times, and in which precision of ours.
GOALS = (("PyTorch eager f32", 2.5, "best"), ("torch.compile bf16", 1.0, "best"), ("ONNX Runtime f32", 1.7, "best"), ("ONNX Runtime f32", 1.0, "f32"))


def run(setting):
    section = Section()
    folder = setting.cache / "networks"
    folder.mkdir(parents=True, exist_ok=True)
    inductor = {"TORCHINDUCTOR_CACHE_DIR": str(setting.cache / "inductor")}
    peers = {
        "PyTorch eager f32": talk.peer("torch eager", "forward_torch", setting, "eager", threads=setting.threads),
        "PyTorch eager f32 channels-last": talk.peer("torch channels-last", "forward_torch", setting, "channels-last", threads=setting.threads),
        "torch.compile bf16": talk.peer("torch compile", "forward_torch", setting, "compile-bf16", threads=setting.threads, **inductor),
        "ONNX Runtime f32": talk.peer("onnxruntime", "forward_onnx", setting, folder, threads=setting.threads),
    }
    try:
        for network in list(NETWORKS)[1:2] if setting.quick else NETWORKS:
            compare(setting, section, network, peers, folder)
    finally:
        for peer in peers.values():
            peer.close()
    section.notes += ["PyTorch eager f32: the better of both layouts counts. All have the same number of threads and the same settings of malloc.",
                      "Weights of the peers are random: shapes decide the rate. SqueezeNet has pictures of 227 x 227, the others 224 x 224; all answer the pooled feature."]
    if machine.gpu():
        on_gpu(setting, section, folder)
    return section


def model_words(setting, network, folder):
    """How our program is told which network: the Caffe and TorchScript files of the zoo where their weights are, else TorchScript of the same shape."""
    if network == "squeezenet1_1" and setting.shared:
        weights = setting.shared / "weights/squeezenet-v1.1-ncnn"
        key, mirror = "caffe_squeezenet_v1_1_imagenet", setting.cache / "mirror"
        (mirror / key).mkdir(parents=True, exist_ok=True)
        for file in weights.iterdir():
            link = mirror / key / file.name
            if not link.exists():
                link.symlink_to(file)
        return ["--model", key, "--mirror", str(mirror)]
    if network == "mobilenet_v2":
        key, mirror = pictures.feature_model(setting)
        if mirror:
            return ["--model", key, "--mirror", str(mirror)]
    return ["--model", str(folder / f"{network}.pt")]


def exported(peer, network, folder):
    for ending, kind in ((".pt", "torchscript"), (".onnx", "onnx")):
        path = folder / f"{network}{ending}"
        if not path.exists():
            peer.ask("export", network=network, path=path.with_suffix(f".partial{ending}"), kind=kind)
            path.with_suffix(f".partial{ending}").replace(path)


def compare(setting, section, network, peers, folder):
    setting.say(NETWORKS[network])
    exported(peers["PyTorch eager f32"], network, folder)
    seconds = 0.3 if setting.quick else SECONDS
    runs = {name: lambda peer=peer: {batch: peer.ask("measure", network=network, batch=batch, seconds=seconds)["images_per_second"] for batch in BATCHES} for name, peer in peers.items()}
    for measure in runs.values():
        measure()  # compiles, packs weights
    words = model_words(setting, network, folder)
    why = ""
    try:
        ours(setting, words)
        runs = {"ours": lambda: ours(setting, words), **runs}
    except (measures.Absent, RuntimeError) as error:
        why = str(error)
    given = rounds.alternate(runs, setting.rounds)
    figures = collections.defaultdict(dict)  # name -> batch -> rates
    for batch in BATCHES:
        for name in peers:
            figures[name][batch] = [one[batch] for one in given[name]]
        for precision in precisions(given.get("ours")):
            figures[f"likeness {precision}"][batch] = [one[batch, precision] for one in given["ours"]]
    tell(section, network, figures, why)


def ours(setting, words):
    batches = ",".join(str(batch) for batch in BATCHES)
    answer = measures.command(setting, "model", "speed", *words, "--batch", batches, "--precision", "f32,bf16", "--json")
    return measures.forward(answer)


def precisions(given):
    return sorted({precision for _, precision in given[0]}) if given else []


def tell(section, network, figures, why):
    table = Table(NETWORKS[network], ["", *(f"batch {batch}" for batch in BATCHES)])
    for name, by_batch in sorted(figures.items(), key=lambda item: not item[0].startswith("likeness")):
        table.rows.append([name, *(rounds.with_spread(by_batch[batch], 1) for batch in BATCHES)])
    section.tables.append(table)
    mine = {name.removeprefix("likeness "): by_batch for name, by_batch in figures.items() if name.startswith("likeness ")}
    lines = {name: [[batch, rounds.median(by_batch[batch])] for batch in BATCHES] for name, by_batch in sorted(figures.items(), key=lambda item: not item[0].startswith("likeness"))}
    section.plots.append(Plot(f"forward-{network}", f"{NETWORKS[network]}: pictures per second by batch", "batch", "pictures per second", lines, x_log=True))
    for against, goal, precision in GOALS:
        what = f"forward {NETWORKS[network]}, {'f32' if precision == 'f32' else 'best precision'}"
        if not mine:
            section.missing(what, against, goal, why)
            continue
        ratios = [(ratio_at(mine, figures, against, precision, batch), batch) for batch in BATCHES]
        worst = min(ratios)
        told = ", ".join(f"batch {batch}: {ratio:.2f}x" for ratio, batch in ratios)
        section.targets.append(Target(what, against, goal, worst[0], told))


def ratio_at(mine, figures, against, precision, batch):
    """Ours over theirs; eager PyTorch with the better of its layouts."""
    chosen = mine["f32"][batch] if precision == "f32" else max((by_batch[batch] for by_batch in mine.values()), key=rounds.median)
    theirs = max((by_batch[batch] for name, by_batch in figures.items() if name.startswith(against)), key=rounds.median)
    return rounds.ratio(chosen, theirs)


def on_gpu(setting, section, folder):
    """The same on the card, half precision, channels-last: PyTorch eager beside ours."""
    table = Table(f"On {machine.gpu()}, half precision", ["network", "batch", "PyTorch", "ours", "ours is"])
    with talk.peer("torch cuda", "forward_torch", setting, "half", "cuda", threads=setting.threads) as peer:
        for network, label in NETWORKS.items():
            words = model_words(setting, network, folder)
            batches = (8, 32, 128)

            def theirs(network=network):
                return {batch: peer.ask("measure", network=network, batch=batch, seconds=SECONDS)["images_per_second"] for batch in batches}

            def mine(words=words):
                text = ",".join(str(batch) for batch in batches)
                return measures.forward(measures.command(setting, "--device", "cuda", "model", "speed", *words, "--batch", text, "--precision", "fp16", "--json"))

            theirs()
            try:
                given = rounds.alternate({"theirs": theirs, "mine": mine}, setting.rounds)
            except (measures.Absent, RuntimeError) as error:
                section.notes.append(f"GPU, {label}: {error}")
                continue
            for batch in batches:
                own, other = [one[batch, "fp16"] for one in given["mine"]], [one[batch] for one in given["theirs"]]
                table.rows.append([label, batch, rounds.with_spread(other), rounds.with_spread(own), f"{rounds.ratio(own, other):.2f}x"])
    section.tables.append(table)
