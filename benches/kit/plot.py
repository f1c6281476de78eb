"""Line plots as SVG: a few hundred lines of text that look the same on every machine, readable on light and dark ground."""
import html
import math

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 76, 190, 44, 56
COLOURS = ("#d1495b", "#00798c", "#edae49", "#66518f", "#5f9e4a", "#8d6a4f", "#7a7a7a", "#2e86de")
STYLE = "text{font:12px system-ui,sans-serif;fill:#777}.title{font-size:15px;font-weight:600}.grid{stroke:#999;stroke-opacity:.25}"


class Axis:
    """From numbers to places on the paper."""

    def __init__(self, values, logarithmic, start, end):
        self.logarithmic = logarithmic
        values = [value for value in values if math.isfinite(value) and (value > 0 or not logarithmic)] or [1.0]
        low, high = min(values), max(values)
        if logarithmic:
            low, high = math.log10(low), math.log10(high)
        margin = (high - low) * 0.05 or abs(high) * 0.05 or 0.5
        # What counts something begins at nothing.
        self.low = 0.0 if not logarithmic and 0 <= low < 0.5 * high else low - margin
        self.high, self.start, self.end = high + margin, start, end

    def place(self, value):
        value = math.log10(max(value, 1e-300)) if self.logarithmic else value
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self):
        if not self.logarithmic:
            return round_steps(self.low, self.high)
        decades = range(math.floor(self.low), math.ceil(self.high) + 1)
        for parts in ((1,), (1, 3), (1, 2, 5), tuple(range(1, 10))):
            ticks = [part * 10.0**decade for decade in decades for part in parts]
            ticks = [tick for tick in ticks if self.low <= math.log10(tick) <= self.high]
            if len(ticks) >= 4:
                return ticks
        return ticks or round_steps(10**self.low, 10**self.high)


def round_steps(low, high):
    raw = (high - low) / 6
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * part for part in (1, 2, 2.5, 5, 10) if size * part >= raw)
    first = math.ceil(low / step - 1e-9)
    return [place * step for place in range(first, math.floor(high / step + 1e-9) + 1)]


def number(value):
    if value and abs(value) >= 1e6 and value % 1e5 < 1:
        return f"{value / 1e6:g}M"
    if abs(value) >= 1000:
        return f"{value / 1000:g}k"
    return f"{value:.4g}"


def svg(plot):
    """The text of the file."""
    points = [point for line in plot.lines.values() for point in line]
    x = Axis([point[0] for point in points], plot.x_log, LEFT, WIDTH - RIGHT)
    y = Axis([point[1] for point in points], plot.y_log, HEIGHT - BOTTOM, TOP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(plot.title, True)}">',
             f"<style>{STYLE}</style>", text(LEFT, 24, plot.title, "start", "title")]
    for tick in x.ticks():
        parts.append(f'<path class="grid" d="M{x.place(tick):.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        parts.append(text(x.place(tick), HEIGHT - BOTTOM + 18, number(tick), "middle"))
    for tick in y.ticks():
        parts.append(f'<path class="grid" d="M{LEFT} {y.place(tick):.1f}H{WIDTH - RIGHT}"/>')
        parts.append(text(LEFT - 8, y.place(tick) + 4, number(tick), "end"))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, plot.x, "middle"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<g transform="rotate(-90 18 {middle:.0f})">{text(18, middle, plot.y, "middle")}</g>')
    for place, (name, line) in enumerate(plot.lines.items()):
        parts.extend(one_line(name, sorted(line), x, y, COLOURS[place % len(COLOURS)], TOP + 14 + 20 * place, place == 0))
    return "\n".join([*parts, "</svg>", ""])


def one_line(name, points, x, y, colour, legend, is_first):
    places = [(x.place(first), y.place(second)) for first, second in points if math.isfinite(second) and (second > 0 or not y.logarithmic)]
    path = " ".join(f"{first:.1f},{second:.1f}" for first, second in places)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{3 if is_first else 2}" stroke-linejoin="round"/>'
    if len(places) <= 24:
        yield from (f'<circle cx="{first:.1f}" cy="{second:.1f}" r="3" fill="{colour}"/>' for first, second in places)
    yield f'<path d="M{WIDTH - RIGHT + 14} {legend - 4}h20" stroke="{colour}" stroke-width="3"/>' + text(WIDTH - RIGHT + 40, legend, name, "start")


def text(x, y, words, anchor, kind=""):
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{html.escape(str(words))}</text>'
