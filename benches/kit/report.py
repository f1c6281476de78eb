"""Turns the stored sections into `RESULTS.md`, the plots and the block of the README between its markers."""
import re

from kit import plot
from kit.machine import now

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
LARGEST_PLOT = 60_000
README_PLOTS = 3


def write(root, sections, order, with_readme):
    """`sections` by name; those that never ran are said to be missing."""
    plots = root / "benches/plots"
    plots.mkdir(exist_ok=True)
    drawn = []
    for name in order:
        for one in sections[name].plots if name in sections else []:
            drawn.append(draw(plots, one))
    (root / "benches/RESULTS.md").write_text(results(sections, order))
    if with_readme:
        rewrite(root / "README.md", readme_block(sections, order))
    return drawn


def draw(folder, one):
    text = plot.svg(one)
    assert len(text) < LARGEST_PLOT, f"{one.file}.svg has {len(text)} bytes: give fewer points"
    path = folder / f"{one.file}.svg"
    path.write_text(text)
    return path


def results(sections, order):
    parts = ["# How fast", "", f"Written by `make bench`, {now()}. Ratios compare figures of one run, in turns; `±` is half of the distance",
             "from the least to the greatest round. Every section says when and from which commit it was measured.", ""]
    parts += machines(sections, order)
    parts += ["## Targets", "", "| What | Against | Target | Measured | Figures | |", "|---|---|---|---|---|---|"]
    for name in order:
        if name in sections:
            parts += [target_line(target) for target in sections[name].targets]
        else:
            parts.append(f"| {name} | | | not run | `make bench BENCH=\"--only {name}\"` | |")
    for name in order:
        if name in sections:
            parts += section_text(name, sections[name])
    return "\n".join(parts).rstrip() + "\n"


def machines(sections, order):
    """The machine, once if all sections ran on the same one."""
    seen = []
    for name in order:
        if name in sections and sections[name].machine not in seen:
            seen.append(sections[name].machine)
    parts = []
    for place, machine in enumerate(seen):
        who = "" if len(seen) == 1 else f" {place + 1}: " + ", ".join(name for name in order if name in sections and sections[name].machine == machine)
        parts += [f"## Machine{who}", "", "| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in machine.items()), ""]
    return parts


def target_line(target):
    goal = "-" if target.goal is None else f"{'at most' if target.at_most else 'at least'} {amount(target.goal, target.unit)}"
    verdict = {True: "reached", False: "**missed**", None: "not measured"}[target.reached]
    measured = "-" if target.measured is None else amount(target.measured, target.unit)
    words = "; ".join(word for word in (target.figure, target.why) if word)
    return f"| {target.what} | {target.against} | {goal} | {measured} | {words} | {verdict} |"


def amount(value, unit):
    digits = 2 if abs(value) < 100 else 0
    return f"{value:.{digits}f}" + ("x" if unit == "x" else f" {unit}" if unit else "")


def section_text(name, section):
    quick = " **Quick run: small sizes, no evidence.**" if section.quick else ""
    busy = f" Load of the machine before it began: {section.load:.1f}." if section.load else ""
    parts = ["", f"## {section.title}", "", f"`--only {name}`, {section.date}, commit `{section.commit}`, {section.seconds / 60:.1f} minutes.{busy}{quick}", ""]
    for table in section.tables:
        parts += [f"**{table.title}**", "", "| " + " | ".join(table.columns) + " |", "|" + "---|" * len(table.columns)]
        parts += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in table.rows] + [""]
    parts += [f"![{one.title}](plots/{one.file}.svg)\n" for one in section.plots]
    parts += [f"- {note}" for note in section.notes]
    return parts


def readme_block(sections, order):
    """The targets in one table and the first plots; a quick run never gets here."""
    parts = [BEGIN, "| What | Against | Measured | Target | |", "|---|---|---|---|---|"]
    for name in order:
        for target in sections[name].targets if name in sections else []:
            if target.reached is not None:
                sign = "at most " if target.at_most else ""
                verdict = "reached" if target.reached else "missed"
                parts.append(f"| {target.what} | {target.against} | {amount(target.measured, target.unit)} | {sign}{amount(target.goal, target.unit)} | {verdict} |")
    plots = [one for name in ("index", "growth", "forward") if name in sections for one in sections[name].plots[:1]]
    parts += [""] + [f"![{one.title}](benches/plots/{one.file}.svg)" for one in plots[:README_PLOTS]] + [END]
    return "\n".join(parts)


def rewrite(path, block):
    text = path.read_text()
    changed, count = re.subn(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: block, text, flags=re.S)
    if count != 1:
        raise SystemExit(f"{path.name} has {count} blocks between `{BEGIN}` and `{END}`, expected one")
    path.write_text(changed)
