"""A table of each task with gaps, texts and dates, and the study that a look at it drafts."""

from pathlib import Path

import numpy as np

from tests.attack.odd_tables import csv
from tests.attack.studies import fine, hpsearch, run

ROWS = 900


def write_mixed(folder: Path, task: str) -> Path:
    """Write ``mixed.csv`` and draft ``mixed.toml``, of three classes or of a skewed price."""
    rng = np.random.default_rng(13)
    size, noise = rng.normal(size=(2, ROWS))
    city = rng.choice(["Ulm", "Bonn", "São Paulo"], ROWS, p=[0.6, 0.38, 0.02])
    month = rng.integers(1, 13, ROWS)
    level = size + (city == "Bonn") + month / 12 + 0.3 * rng.normal(size=ROWS)
    labels = (
        np.array(["small", "fair", "large"])[np.digitize(level, [0.3, 1.5])]
        if task == "multiclass"
        else [f"{price:.2f}" for price in np.exp(10 + level)]
    )
    cells = zip(labels, size, noise, city, month, strict=True)
    lines = [
        [label, "" if row % 11 == 0 else f"{x:.4f}", f"{z:.3f}", place, f"2024-{m:02d}-15"]
        for row, (label, x, z, place, m) in enumerate(cells)
    ]
    text = csv([["label", "size (m²)", "noise", "city", "sold"], *map(list, lines)])
    (folder / "mixed.csv").write_text(text, encoding="utf-8")
    fine(run(hpsearch("init", "mixed.csv", "--label", "label"), cwd=folder))
    study = folder / "mixed.toml"
    assert f'task = "{task}"' in study.read_text(encoding="utf-8")
    return study
