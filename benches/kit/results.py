"""What a comparison hands back. Each is stored by itself, so that a part can be run again and the rest is kept."""
import dataclasses
import json
import math
import pathlib
import typing


@dataclasses.dataclass
class Target:
    """A row of the table of targets: a ratio or time that is to be reached."""
    what: str
    against: str
    goal: float | None
    measured: float | None
    figure: str = ""
    unit: str = "x"
    at_most: bool = False
    why: str = ""

    @property
    def reached(self):
        """True or false; `None` when it was not measured."""
        if self.measured is None or math.isnan(self.measured):
            return None
        return self.measured <= self.goal if self.at_most else self.measured >= self.goal


@dataclasses.dataclass
class Table:
    """Figures with the names of their columns."""
    title: str
    columns: list[str]
    rows: list[list[str]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Plot:
    """Lines to draw; `file` is its name without ending."""
    file: str
    title: str
    x: str
    y: str
    lines: dict[str, list[list[float]]]
    x_log: bool = False
    y_log: bool = False


@dataclasses.dataclass
class Section:
    """All that one comparison has to say."""
    targets: list[Target] = dataclasses.field(default_factory=list)
    tables: list[Table] = dataclasses.field(default_factory=list)
    plots: list[Plot] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)
    # Filled in by the driver.
    title: str = ""
    date: str = ""
    commit: str = ""
    quick: bool = False
    load: float = 0.0
    seconds: float = 0.0
    machine: dict = dataclasses.field(default_factory=dict)

    def missing(self, what, against, goal, why, **more):
        """A row that could not be measured, with the reason."""
        self.targets.append(Target(what, against, goal, None, why=why, **more))


def store(folder, name, section):
    path = pathlib.Path(folder) / f"{name}.json"
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(dataclasses.asdict(section), indent=1))
    partial.replace(path)


def stored(folder, name):
    """The section that was stored last; `None` when there is none."""
    path = pathlib.Path(folder) / f"{name}.json"
    if not path.exists():
        return None
    values = json.loads(path.read_text())
    for field, kind in (("targets", Target), ("tables", Table), ("plots", Plot)):
        values[field] = [kind(**one) for one in values[field]]
    return Section(**values)


class Setting(typing.NamedTuple):
    """What the driver tells every comparison."""
    quick: bool
    threads: int
    rounds: int
    minutes: float
    program: pathlib.Path  # target/release/likeness
    ours: pathlib.Path  # benches/ours, built
    cache: pathlib.Path  # what is made once: vectors, pictures, the peers' indexes
    work: pathlib.Path  # libraries and indexes of this run; removed afterwards
    logs: pathlib.Path
    shared: pathlib.Path | None  # development data beside the checkout: weights and photos
    photos: pathlib.Path | None

    def say(self, text):
        print(f"    {text}", flush=True)
