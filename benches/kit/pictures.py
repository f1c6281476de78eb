"""Pictures to measure with, made once from photos: large JPEG photos (12 and 2 megapixels), and small cuts by the hundred thousand."""
import concurrent.futures
import json
import pathlib
import random
import subprocess

import numpy
from PIL import Image

SIZES = {"12 MP": (4000, 3000), "2 MP": (1920, 1080)}
SMALL_SIDE = 96
SMALL_IN_FOLDER = 10_000
MOBILENET = "torchscript_mobilenet_v2_imagenet"
# Standard deviation of the noise that keeps an enlarged photo as hard to decode as one from a camera, 3 to 4 MB for 12 megapixels.
GRAIN = 4.0


def likeness(setting, library, *words, **more):
    """Runs the program on a library; answers what it printed as JSON where it did."""
    done = subprocess.run([setting.program, "--data-dir", library, *words], capture_output=True, text=True, **more)
    if done.returncode not in (0, 2):
        raise RuntimeError(f"likeness {' '.join(str(word) for word in words)}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout) if "--json" in words and done.stdout.strip() else done.stdout


def sources(setting):
    """Photos that everything is made from: the user's, else the development photos, else rendered ones."""
    for folder in (setting.photos, setting.shared):
        found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg")) if folder else []
        if len(found) >= 20:
            return found
    folder = setting.cache / "rendered"
    if not folder.exists():
        subprocess.run([setting.program, "render", folder, "--groups", "40", "--views", "20", "--width", "640", "--height", "480"], check=True, stdout=subprocess.DEVNULL)
    return sorted(folder.rglob("*.jpg"))


def feature_model(setting):
    """Key of the network for features and the folder with its weights: MobileNetV2 where they are, else the built-in one."""
    weights = setting.shared and setting.shared / "weights/mobilenet-v2/mobilenet_v2.pt"
    if not (weights and weights.exists()):
        return "likeness_small", None
    mirror = setting.cache / "mirror"
    (mirror / MOBILENET).mkdir(parents=True, exist_ok=True)
    link = mirror / MOBILENET / weights.name
    if not link.exists():
        link.symlink_to(weights)
    return MOBILENET, mirror


def large(setting, name, count):
    """Folder with `count` different JPEG photos of a size in `SIZES`."""
    folder = setting.cache / "pictures" / f"{name.replace(' ', '').lower()}-{count}"
    if not (folder / "whole").exists():
        setting.say(f"making {count} photos of {name} (once)")
        folder.mkdir(parents=True, exist_ok=True)
        work = [(place, path, SIZES[name], folder) for place, path in zip(range(count), cycle(sources(setting)))]
        with concurrent.futures.ProcessPoolExecutor(setting.threads) as pool:
            list(pool.map(enlarge, work, chunksize=4))
        (folder / "whole").touch()
    return folder


def enlarge(work):
    place, path, size, folder = work
    chance = random.Random(place)
    photo = Image.open(path).convert("RGB")
    if chance.random() < 0.5:
        photo = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    photo = cut(photo, chance, 0.6, size[0] / size[1]).resize(size, Image.Resampling.BICUBIC)
    tile = numpy.random.default_rng(place % 8).normal(0, GRAIN, (size[1], size[0])).astype(numpy.int16)
    grain = numpy.roll(tile, (chance.randrange(size[1]), chance.randrange(size[0])), (0, 1))
    pixels = numpy.clip(numpy.asarray(photo, numpy.int16) + grain[:, :, None], 0, 255).astype(numpy.uint8)
    Image.fromarray(pixels).save(folder / f"photo-{place:05}.jpg", quality=88)


def small(setting, count):
    """Folders of up to 10,000 cuts of photos each, every one different, `count` in all; the last may be needed in part only."""
    folder = setting.cache / "pictures" / f"small-{SMALL_SIDE}"
    parts = [folder / f"{part:03}" for part in range(-(-count // SMALL_IN_FOLDER))]
    missing = [part for part in parts if not (part / "whole").exists()]
    if missing:
        setting.say(f"making {len(missing) * SMALL_IN_FOLDER:,} small pictures (once)")
        paths = sources(setting)
        with concurrent.futures.ProcessPoolExecutor(setting.threads) as pool:
            list(pool.map(cuts, [(part, paths, int(part.name)) for part in missing]))
    return parts


def cuts(work):
    folder, paths, seed = work
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    chosen = chance.sample(paths, min(len(paths), 400))
    photos = [Image.open(path).convert("RGB") for path in chosen]
    for place in range(SMALL_IN_FOLDER):
        picture = cut(photos[place % len(photos)], chance, 0.15, 1.0).resize((SMALL_SIDE, SMALL_SIDE), Image.Resampling.BILINEAR)
        picture.save(folder / f"{seed:03}-{place:05}.jpg", quality=85)
    (folder / "whole").touch()


def cut(photo, chance, least, aspect):
    """A random part of at least this share of the largest part with these proportions."""
    width = min(photo.width, photo.height * aspect) * chance.uniform(least, 1.0)
    height = width / aspect
    left, top = chance.uniform(0, photo.width - width), chance.uniform(0, photo.height - height)
    return photo.crop((int(left), int(top), int(left + width), int(top + height)))


def cycle(paths):
    while True:
        yield from paths


def first(setting, folder, count):
    """A folder of links to the first pictures of another."""
    few = setting.work / f"first-{count}-{folder.name}"
    few.mkdir(exist_ok=True)
    for file in files(folder)[:count]:
        if not (few / file.name).exists():
            (few / file.name).hardlink_to(file)
    return few


def files(folder):
    return sorted(pathlib.Path(folder).glob("*.jpg"))
