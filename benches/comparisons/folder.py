"""A folder of 2,000 JPEG photos, half of 12 and half of 2 megapixels, to stored MobileNetV2 features: ours beside Pillow and PyTorch.

The folder is cut into as many slices as there are rounds, so each photo is done once by everybody. Ours is `likeness speed`, which also
says how fast decoding alone and the network alone are; what a user waits for (import, extract) is told beside it.
"""
import time

from kit import measures, pictures, rounds, talk
from kit.results import Section, Table, Target

TITLE = "Folder of photos to stored features, MobileNetV2"
PHOTOS = 1000
WORKERS = (0, 1, 2)
SAMPLE = 24
MODES = ("eager", "compile-bf16")


def run(setting):
    section = Section()
    count = 20 if setting.quick else PHOTOS
    inductor = {"TORCHINDUCTOR_CACHE_DIR": str(setting.cache / "inductor")}
    peers = {mode: talk.peer(f"folder {mode}", "folder_torch", setting, mode, threads=setting.threads, **inductor) for mode in MODES[:1 if setting.quick else None]}
    seconds = {}
    try:
        for size in pictures.SIZES:
            folder = pictures.large(setting, size, count)
            seconds[size] = compare(setting, section, size, folder, peers)
    finally:
        for peer in peers.values():
            peer.close()
    both(section, seconds, count)
    users_view(setting, section, count)
    return section


def sliced(setting, folder):
    """One folder of links a round: every photo is in one of them."""
    paths = pictures.files(folder)
    slices = [setting.work / "slices" / folder.name / str(place) for place in range(setting.rounds)]
    for place, part in enumerate(slices):
        part.mkdir(parents=True)
        for path in paths[place::setting.rounds]:
            (part / path.name).hardlink_to(path)
    return slices


def warm(paths):
    for path in paths:
        path.read_bytes()


def compare(setting, section, size, folder, peers):
    """Seconds of each round and contestant."""
    sample = [str(path) for path in pictures.files(folder)[:4 if setting.quick else SAMPLE]]
    warm(pictures.files(folder))
    slices = sliced(setting, folder)
    table = Table(f"{size}, {len(pictures.files(folder))} photos", ["", "pictures/s", "setting"])
    runs, settings = {}, {}
    for draft, label in ((False, "Pillow + PyTorch"), (True, "Pillow with draft + PyTorch")):
        mode, workers = best_setting(setting, peers, sample, draft)
        settings[label] = f"{mode}, {workers} workers"
        runs[label] = taking(lambda part, mode=mode, workers=workers, draft=draft: theirs(setting, peers[mode], part, draft, workers), slices)
    why, alone = "", []
    try:
        speed(setting, slices[0])
        runs = {"likeness": taking(lambda part: mine(setting, part, alone), slices), **runs}
    except (measures.Absent, RuntimeError) as error:
        why = str(error)
    figures = rounds.alternate(runs, setting.rounds)
    each = len(pictures.files(folder)) / setting.rounds
    for name, seconds in figures.items():
        table.rows.append([name, rounds.with_spread([each / one for one in seconds], 1), settings.get(name, "`likeness speed`, precision auto")])
    if alone:
        decode, forward, whole = (rounds.median([one[key] for one in alone]) for key in ("decode", "forward", "whole"))
        limit = 1 / (1 / decode + 1 / forward)
        table.rows += [["likeness, decoding alone", f"{decode:,.1f}", "all cores"], ["likeness, network alone", f"{forward:,.1f}", "all cores"]]
        told = f"{whole:,.1f} of {min(decode, forward):,.1f}/s; decoding and network share the cores, so that {limit:,.1f}/s is possible: {whole / limit:.2f} of it"
        section.targets.append(Target(f"folder of {size} photos, whole", "slower of decoding and network alone", 0.95, whole / min(decode, forward), told))
    section.tables.append(table)
    return {"why": why, "figures": figures}


def taking(measure, parts):
    left = iter(parts)
    return lambda: measure(next(left))


def best_setting(setting, peers, sample, draft):
    """Mode of the network and number of loader's workers that are fastest on some photos."""
    tried = {}
    for mode, peer in peers.items():
        for workers in WORKERS[::2 if setting.quick else 1]:
            words = {"paths": sample, "draft": draft, "workers": workers, "out": setting.work / "sample.npy"}
            tried[mode, workers] = min(peer.ask("run", **words)["seconds"] for _ in range(1 if setting.quick else 2))
    return min(tried, key=tried.get)


def theirs(setting, peer, part, draft, workers):
    paths = [str(path) for path in pictures.files(part)]
    return peer.ask("run", paths=paths, draft=draft, workers=workers, out=setting.work / "features.npy")["seconds"]


def speed(setting, part):
    model, mirror = pictures.feature_model(setting)
    words = ["--mirror", str(mirror)] if mirror else []
    return measures.folder(measures.command(setting, *words, "speed", part, "--model", model, "--json"))


def mine(setting, part, alone):
    found = speed(setting, part)
    alone.append(found)
    return len(pictures.files(part)) / found["whole"]


def both(section, seconds, count):
    """The whole folder: both sizes together, as the target means it."""
    why = next((one["why"] for one in seconds.values() if one["why"]), "")
    for against, goal in (("Pillow + PyTorch", 3), ("Pillow with draft + PyTorch", 1.3)):
        what = f"folder of {count * len(seconds):,} photos, 12 MP and 2 MP"
        if why:
            section.missing(what, against, goal, why)
            continue
        sums = {name: [sum(parts) for parts in zip(*(one["figures"][name] for one in seconds.values()))] for name in ("likeness", against)}
        each = ", ".join(f"{size}: {rounds.ratio(one['figures'][against], one['figures']['likeness']):.2f}x" for size, one in seconds.items())
        section.targets.append(Target(what, against, goal, rounds.ratio(sums[against], sums["likeness"]), each))


def users_view(setting, section, count):
    """From nothing to a library that answers: both commands, with their start."""
    library, table = setting.work / "folder-library", Table("What a user waits for: two commands, from their start", ["command", "s", "pictures/s"])
    model, mirror = pictures.feature_model(setting)
    folders = [pictures.large(setting, size, count) for size in pictures.SIZES]
    commands = {"likeness import": ["import", *folders, "--json"], "likeness extract": ["extract", "--model", model, "--json", *(["--mirror", mirror] if mirror else [])]}
    for name, words in commands.items():
        start = time.perf_counter()
        pictures.likeness(setting, library, *words)
        seconds = time.perf_counter() - start
        table.rows.append([name, f"{seconds:.1f}", f"{count * len(folders) / seconds:,.0f}"])
    section.tables.append(table)
