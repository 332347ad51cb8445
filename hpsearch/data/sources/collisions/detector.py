"""A detector that smears, loses and mistakes partons, and the masses computed from what it saw."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.sources.collisions.kinematics import (
    Array,
    Momenta,
    mass,
    polar,
    to_polar,
    wrapped,
)
from hpsearch.data.sources.collisions.partons import CHARGED_HIGGS, TOP, Partons, W

JETS = 4
JET_PT, LEPTON_PT, ETA = 20.0, 20.0, 2.5  # what the detector accepts


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What a detector makes of the events that it accepts, jets in falling transverse momentum.

    Attributes:
        lepton: Transverse momentum in GeV, pseudorapidity and azimuth, ``(3, events)``.
        missing: Missing transverse momentum x and y in GeV, ``(2, events)``.
        jets: As ``lepton``, ``(3, 4, events)``.
        tags: How much each jet looks like a b quark's, 0, 1 or 2: int64 ``(4, events)``.
    """

    lepton: NDArray[np.float64]
    missing: NDArray[np.float64]
    jets: NDArray[np.float64]
    tags: NDArray[np.int64]


def observe(partons: Partons, rng: np.random.Generator) -> Observed:
    """Smear, tag and select.

    Jets: energy resolution 80 % / sqrt(E) and 8 %, angles 0.03, and b jets lose some of their
    energy to neutrinos. Lepton: 2 %. Accepted are events with a lepton and four jets above 20 GeV
    within pseudorapidity 2.5, well apart, one or two of the jets tagged. Of more jets the four
    hardest are taken, whatever parton they come from.
    """
    lepton = to_polar(partons.lepton)
    lepton[0] *= 1 + 0.02 * rng.standard_normal(lepton.shape[1])
    triggered = (lepton[0] > LEPTON_PT) & (np.abs(lepton[1]) < ETA)
    lepton, charm = lepton[:, triggered], partons.charm[triggered]
    pt, eta, phi = _smeared_jets(partons.jets[..., triggered], rng)

    noise = rng.normal(0.0, 12.0, (2, len(charm)))
    missing = (
        noise
        - partons.soft[1:3, triggered]
        - np.stack(
            (
                lepton[0] * np.cos(lepton[2]) + (pt * np.cos(phi)).sum(axis=0),
                lepton[0] * np.sin(lepton[2]) + (pt * np.sin(phi)).sum(axis=0),
            )
        )
    )

    seen = (pt > JET_PT) & (np.abs(eta) < ETA)
    accepted = seen.sum(axis=0) >= JETS
    seen, pt, eta, phi = (array[:, accepted] for array in (seen, pt, eta, phi))
    hardest = np.argsort(np.where(seen, -pt, 0.0), axis=0, kind="stable")[:JETS]
    jets = np.stack([np.take_along_axis(array, hardest, axis=0) for array in (pt, eta, phi)])
    tags = np.take_along_axis(_tags(charm[accepted], rng), hardest, axis=0)
    lepton, missing = lepton[:, accepted], missing[:, accepted]

    apart = np.all(_distance_squared(lepton[:, None], jets) > 0.4**2, axis=0)
    for first, second in itertools.combinations(range(JETS), 2):
        apart &= _distance_squared(jets[:, first], jets[:, second]) > 0.4**2
    tagged = (tags > 0).sum(axis=0)
    kept = apart & (tagged >= 1) & (tagged <= 2)
    return Observed(lepton[:, kept], missing[:, kept], jets[..., kept], tags[:, kept])


def _smeared_jets(true: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Transverse momentum, pseudorapidity and azimuth as measured, ``(3, jets, events)``."""
    jets = to_polar(true)
    count, events = jets.shape[1:]
    resolution = np.sqrt(0.8**2 / np.maximum(true[:, 0], 1.0) + 0.08**2)
    jets[0] *= np.maximum(1 + resolution * rng.standard_normal((count, events)), 0.1)
    lossy = rng.random((2, events)) < 0.35
    jets[0, :2] *= 1 - lossy * rng.uniform(0.0, 0.5, (2, events))
    jets[1:] += 0.03 * rng.standard_normal((2, count, events))
    jets[2] = wrapped(jets[2])
    return jets


def _tags(charm: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.int64]:
    """How much each jet looks like a b quark's: by chance, with rates that depend on its parton."""
    tight = np.full((6, len(charm)), 0.015)
    tight[:2] = 0.70
    tight[2, charm] = 0.12
    loose = np.where(tight > 0.5, 0.82, 2.2 * tight)
    draw = rng.random(tight.shape)
    return (draw < tight).astype(np.int64) + (draw < loose)


def _distance_squared(first: NDArray[np.float64], second: NDArray[np.float64]) -> Array:
    """Squared distance in pseudorapidity and azimuth, the measure of how far apart jets are."""
    distance: Array = (first[1] - second[1]) ** 2 + wrapped(first[2] - second[2]) ** 2
    return distance


def masses(events: Observed) -> tuple[Array, ...]:
    """The seven masses in GeV that physicists would compute: jj, jjj, lv, jlv, bb, wbb, wwbb.

    The two jets with the highest tags stand for the b quarks, the other two for a W. Which b jet
    belongs to which top, and which W to the charged Higgs boson, is chosen to fit their masses.
    """
    lepton = polar(*events.lepton)
    leptonic = lepton + neutrino(lepton, events.missing)
    jets = polar(*events.jets)
    order = np.argsort(-events.tags, axis=0, kind="stable")
    first, second, third, fourth = np.take_along_axis(jets, order[:, None], axis=0)
    hadronic, bottoms = third + fourth, first + second

    tops = [
        (mass(hadronic + bottom), mass(leptonic + other_bottom))
        for bottom, other_bottom in ((first, second), (second, first))
    ]
    misfits = [(jjj - TOP[0]) ** 2 + (jlv - TOP[0]) ** 2 for jjj, jlv in tops]
    better = misfits[0] <= misfits[1]
    jjj, jlv = (np.where(better, *pair) for pair in zip(*tops, strict=True))

    charged = [mass(bottoms + w) for w in (hadronic, leptonic)]
    nearer = np.abs(charged[0] - CHARGED_HIGGS[0]) <= np.abs(charged[1] - CHARGED_HIGGS[0])
    wbb = np.where(nearer, *charged)
    return (
        mass(hadronic),
        jjj,
        mass(leptonic),
        jlv,
        mass(bottoms),
        wbb,
        mass(bottoms + hadronic + leptonic),
    )


def neutrino(lepton: Momenta, missing: NDArray[np.float64]) -> Momenta:
    """The neutrino that makes a W of its nominal mass with the lepton.

    Of two solutions the one that moves less along the beam; where there is none, the real part,
    whose W is heavier.
    """
    energy, x, y, z = lepton
    pt_squared = x**2 + y**2
    missing_squared = (missing**2).sum(axis=0)
    half = W[0] ** 2 / 2 + x * missing[0] + y * missing[1]
    root = energy * np.sqrt(np.maximum(half**2 - pt_squared * missing_squared, 0.0))
    center = half * z
    along = np.where(center > 0, center - root, center + root) / pt_squared
    return np.stack((np.sqrt(missing_squared + along**2), missing[0], missing[1], along))
