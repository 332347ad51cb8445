"""Simulated collisions: rows like HIGGS' from a small Monte Carlo of the physics behind them.

Partons leave a collision, a detector observes them, and what it accepts is written in HIGGS' 28
columns: a problem of the same kind where the real rows are not to be had.

Source: Baldi, Sadowski and Whiteson, Searching for exotic particles in high-energy physics with
deep learning, Nature Communications 5, 4308 (2014), arXiv:1402.4735.
"""

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.sources.collisions.detector import JETS, Observed, masses, observe
from hpsearch.data.sources.collisions.partons import background, signal
from hpsearch.data.sources.higgs.columns import NAMES
from hpsearch.data.sources.source import Request, RowProgress, Source
from hpsearch.data.table import Features, Origin, Table

SIGNAL_SHARE = 0.53
STREAM = 1402_4735  # sets these random numbers apart from all others of the same seed
BLOCK_ROWS = 8_192
CANDIDATES = 4_096  # simulated at once, some of which pass the detector

ANGLE = np.pi / 1.743  # HIGGS divides azimuths by their standard deviation
# What each column is divided by, so that its mean, or an angle's deviation, is about 1. Those of
# the tags are HIGGS' own. Momenta and masses in GeV.
UNITS = np.array(
    [
        *(67.0, 1.0, ANGLE, 62.0, ANGLE),
        *(148.0, 1.0, ANGLE, 1 / 1.0865380764007568),
        *(97.0, 1.0, ANGLE, 1 / 1.1074360609054565),
        *(65.5, 1.0, ANGLE, 1 / 1.2739988565444946),
        *(45.0, 1.0, ANGLE, 1 / 1.5509809255599976),
        *(157.0, 279.0, 90.0, 221.0, 195.0, 383.0, 671.0),
    ]
)


def simulate(rows: int, *, seed: int, progress: RowProgress) -> Table:
    """The first ``rows`` of an endless, seeded series of simulated collisions.

    Rows are made in blocks, each a function of the seed and its place alone: fewer rows are a
    prefix of more. 53 % are signal, label 1.

    Args:
        rows: At least 1.
        seed: Where all randomness begins; 0 is a seed.
        progress: Called with rows made and rows wanted, after each block.

    Returns:
        28 float32 features with UCI's names, scaled to means near 1 as UCI's are.
    """
    features = np.empty((rows, len(NAMES)), np.float32)
    labels = np.empty(rows, np.float32)
    for block, start in enumerate(range(0, rows, BLOCK_ROWS)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM, block)))
        end = min(start + BLOCK_ROWS, rows)
        block_features, block_labels = _block(rng)
        features[start:end] = block_features[: end - start]
        labels[start:end] = block_labels[: end - start]
        progress(end, rows)
    description = f"{rows:,} simulated collisions (seed {seed}), not the UCI data"
    return Table.of_numbers(
        features, labels, NAMES, Origin("collisions", description, simulated=True)
    )


def _block(rng: np.random.Generator) -> tuple[Features, NDArray[np.bool_]]:
    labels = rng.random(BLOCK_ROWS) < SIGNAL_SHARE
    features = np.empty((BLOCK_ROWS, len(NAMES)), np.float32)
    for label, partons in ((True, signal), (False, background)):
        wanted = int((labels == label).sum())
        batches: list[Features] = []
        while sum(map(len, batches)) < wanted:
            batches.append(_columns(observe(partons(rng, CANDIDATES), rng)))
        features[labels == label] = np.concatenate(batches)[:wanted]
    return features, labels


def _columns(seen: Observed) -> Features:
    """HIGGS' 28 columns, float32 ``(events, 28)``: 21 measured, 7 masses computed from them."""
    pt, eta, phi = seen.jets
    missing = np.hypot(*seen.missing)
    missing_phi = np.arctan2(seen.missing[1], seen.missing[0])
    measured = [*seen.lepton, missing, missing_phi]
    for jet in range(JETS):
        measured += [pt[jet], eta[jet], phi[jet], seen.tags[jet].astype(np.float64)]
    columns: Features = (np.stack((*measured, *masses(seen)), axis=1) / UNITS).astype(np.float32)
    return columns


def _read(request: Request) -> Table:
    return simulate(request.rows, seed=request.seed, progress=request.progress)


COLLISIONS = Source("collisions", takes_file=False, simulated=True, read=_read)
