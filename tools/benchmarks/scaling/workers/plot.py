"""Draws the results: CPU time as a ratio to sharp's, and images per second over HTTP."""

import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from tools.benchmarks.http import results as http
from tools.benchmarks.scaling.results import Results

LARGE = "JPEG 12 MP → 800"
COLORS = {
    "ours": "#d1495b",
    "two requests": "#f3d1d6",
    "one request": "#e8a0aa",
    "uploaded once": "#d1495b",
    "sharp": "#30638e",
    "sharp, full": "#7fa6c9",
    "pyvips": "#00798c",
    "thumbor": "#edae49",
    "IPX": "#8d96a3",
    "bare engine": "#cfd8dc",
}
BOUND = 2.6


def draw(results: Results, over_http: http.Results | None, path: Path) -> None:
    """Draw both panels into a file of the kind that its name says."""
    mpl.rcParams.update(
        {"svg.hashsalt": "performance", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    )
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 6.2), width_ratios=(2, 1), layout="constrained")
    _ratios(left, results)
    _loads(right, over_http)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=110)


def _ratios(axes: Axes, results: Results) -> None:
    cases = list(dict.fromkeys(row.case for row in results.rows))
    for name, color in COLORS.items():
        found = [
            (index, results.of(case)[name].cpu_ratio) for index, case in enumerate(cases) if name in results.of(case)
        ]
        if not found:
            continue
        if name == "ours":
            axes.barh([index for index, _ in found], [ratio for _, ratio in found], 0.6, color=color, label=name)
            continue
        ratios, places = [min(ratio, BOUND) for _, ratio in found], [index for index, _ in found]
        axes.scatter(ratios, places, s=42, color=color, label=name, zorder=3, edgecolors="white")
    axes.axvline(1, color=COLORS["sharp"], linewidth=1, zorder=0)
    axes.set_yticks(range(len(cases)), cases)
    axes.invert_yaxis()
    axes.set_xlim(0, BOUND + 0.1)
    axes.set_xlabel(f"CPU time per image ÷ sharp's, at equal size (smaller is better; {BOUND} stands for more)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=(len(COLORS) + 1) // 2, frameon=False)


def _loads(axes: Axes, results: http.Results | None) -> None:
    loads = [each for each in results.loads if each.image == LARGE] if results else []
    services = list(dict.fromkeys(load.contender for load in loads))
    clients = list(dict.fromkeys(load.clients for load in loads))
    for number, name in enumerate(services):
        rates = [load.images_per_s for load in loads if load.contender == name]
        places = [index + (number - (len(services) - 1) / 2) * 0.15 for index in range(len(rates))]
        bars = axes.bar(places, rates, 0.14, color=COLORS[name], label=name)
        axes.bar_label(bars, fmt="%.0f", padding=2)
    axes.set_xticks(range(len(clients)), [str(each) for each in clients])
    axes.set_xlabel("clients over HTTP")
    axes.set_ylabel("images per second, 12 MP JPEG → 800 (larger is better)")
    if services:
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=(len(services) + 1) // 2, frameon=False)


if __name__ == "__main__":
    kept, over_http, plot = map(Path, sys.argv[1:])
    draw(Results.load(kept), http.Results.load(over_http) if over_http.exists() else None, plot)
