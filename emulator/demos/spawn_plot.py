"""The plot of spawn-cost: cost against the size of the parent, a line for each way (matplotlib)."""

from __future__ import annotations

from emulator.demos.spawn_cost import HEADINGS, WAYS, Costs
from kernel.errors import BadGuest

PANELS = ("tables_copied", "pages_copied")
STYLES = ("s-", "o--", "v-", "^--")
"""Dashed where a line lies upon another."""


def plot(costs: Costs, path: str) -> None:
    """Write a .png or .svg file; BadGuest where matplotlib is missing."""
    try:
        from matplotlib.figure import Figure
        from matplotlib.ticker import ScalarFormatter
    except ImportError:
        raise BadGuest("a plot needs matplotlib: pip install 'emu386[plot]'") from None
    figure = Figure(figsize=(10, 4), layout="constrained")
    sizes = sorted(costs)
    for axes, name in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
        for way, style in zip(WAYS, STYLES, strict=True):
            values = [getattr(costs[size][way], name) for size in sizes]
            axes.plot(sizes, values, style, label=way, fillstyle="none", clip_on=False)
        axes.set_xscale("log", base=2)
        axes.set_yscale("symlog", linthresh=10)
        axes.set_xticks(sizes)
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.set_ylim(bottom=0)
        axes.set_xlabel("resident size of the parent (MiB)")
        axes.set_title(HEADINGS[name])
        axes.grid(alpha=0.3)
    figure.axes[0].legend()
    figure.savefig(path)
