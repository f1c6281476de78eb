"""Measuring in turns: every round asks every contestant once, each time another one first, so that a slow minute hits all."""
import math
import statistics
import time


def alternate(runs, rounds):
    """`{name: measure}` -> `{name: [figure of each round]}`. A round is a turn of all."""
    names = list(runs)
    figures = {name: [] for name in names}
    for place in range(rounds):
        first = place % len(names)
        for name in names[first:] + names[:first]:
            # Threads of the one before come to rest.
            time.sleep(0.05)
            figures[name].append(runs[name]())
    return figures


def median(figures):
    return statistics.median(figures)


def spread(figures):
    """Half of the distance from least to most, as a part of the median: how much to trust it."""
    middle = statistics.median(figures)
    return (max(figures) - min(figures)) / 2 / middle if middle else 0.0


def ratio(ours, theirs):
    """Median of the ratios within each round; noise that lasts longer than a round cancels."""
    return statistics.median(one / other for one, other in zip(ours, theirs))


def with_spread(figures, digits=0):
    return f"{median(figures):,.{digits}f} ±{spread(figures) * 100:.0f} %"


def percentile(figures, part):
    ordered = sorted(figures)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)] if ordered else math.nan


def fitted_exponent(sizes, costs):
    """Slope of the least-squares line through the logarithms: cost ~ size ** slope."""
    pairs = [(math.log(size), math.log(cost)) for size, cost in zip(sizes, costs) if size > 0 and cost > 0]
    if len(pairs) < 2:
        return math.nan
    x_mean, y_mean = (statistics.fmean(values) for values in zip(*pairs))
    return sum((x - x_mean) * (y - y_mean) for x, y in pairs) / sum((x - x_mean) ** 2 for x, _ in pairs)
