"""Simulated collisions: rows like HIGGS' from a small Monte Carlo of the physics behind them.

    signal       gg -> H0(425) -> W H+-(325),  H+- -> W h0(125),  h0 -> b b
    background   gg -> t t,  t -> W b

Both end in one W -> lepton neutrino, one W -> two quarks, and two b quarks, with radiated gluons
beside them. A detector smears, loses and mistakes them, and what is left is written in HIGGS' 28
columns. Decays are isotropic in the rest frame of what decays; spins are not simulated.

Source: Baldi, Sadowski and Whiteson, Searching for exotic particles in high-energy physics with
deep learning, Nature Communications 5, 4308 (2014), arXiv:1402.4735.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.higgs import NAMES
from hpsearch.data.table import Features, Source, Table

Array = NDArray[np.float64]
Momenta = NDArray[np.float64]
"""Energy and momentum (E, px, py, pz) in GeV, with one event a column: float64 ``(4, events)``."""

BEAMS = 8_000.0  # both protons together, GeV
HEAVY_HIGGS, CHARGED_HIGGS, LIGHT_HIGGS = (425.0, 10.0), (325.0, 5.0), (125.0, 0.004)
TOP, W = (172.5, 1.4), (80.4, 2.1)  # mass and width, GeV
BOTTOM = 4.7

SIGNAL_SHARE = 0.53
STREAM = 1402_4735  # sets these random numbers apart from all others of the same seed
BLOCK_ROWS = 8_192
CANDIDATES = 4_096  # simulated at once, some of which pass the detector

JETS = 4
JET_PT, LEPTON_PT, ETA = 20.0, 20.0, 2.5  # what the detector accepts
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


def simulate(rows: int, *, seed: int, progress: Callable[[int, int], None]) -> Table:
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
        some_features, some_labels = _block(rng)
        features[start:end] = some_features[: end - start]
        labels[start:end] = some_labels[: end - start]
        progress(end, rows)
    source = Source(
        "collisions", f"{rows:,} simulated collisions (seed {seed}), not the UCI data", ""
    )
    return Table(features, labels, NAMES, source)


def _block(rng: np.random.Generator) -> tuple[Features, NDArray[np.bool_]]:
    labels = rng.random(BLOCK_ROWS) < SIGNAL_SHARE
    features = np.empty((BLOCK_ROWS, len(NAMES)), np.float32)
    for label, partons in ((True, signal), (False, background)):
        wanted = int((labels == label).sum())
        found: list[Features] = []
        while sum(map(len, found)) < wanted:
            found.append(_columns(observe(partons(rng, CANDIDATES), rng)))
        features[labels == label] = np.concatenate(found)[:wanted]
    return features, labels


def mass(momenta: Momenta) -> Array:
    """Invariant mass in GeV, ``(events,)``; 0 where rounding makes its square negative."""
    energy, x, y, z = momenta
    result: Array = np.sqrt(np.maximum(energy**2 - x**2 - y**2 - z**2, 0.0))
    return result


def boost(momenta: Momenta, frame: Momenta) -> Momenta:
    """Momenta given in the rest frame of ``frame``, as seen where ``frame`` moves."""
    rest = mass(frame)
    energy = (momenta * frame).sum(axis=0) / rest
    along = (momenta[0] + energy) / (frame[0] + rest)
    boosted: Momenta = momenta + frame * along
    boosted[0] = energy
    return boosted


def decay(
    parent: Momenta,
    first: Array | float,
    second: Array | float,
    rng: np.random.Generator,
    *,
    cosine: Array | None = None,
) -> tuple[Momenta, Momenta]:
    """Two-body decay of ``parent`` into particles of masses ``first`` and ``second``.

    Args:
        parent: Heavier than both masses together.
        first: Mass of the first in GeV, one or one an event.
        second: Mass of the second.
        rng: Chooses the direction.
        cosine: Of the angle to the beam in the parent's rest frame; uniform by default.
    """
    events = parent.shape[1]
    heavy = mass(parent)
    energy = (heavy**2 + np.square(first) - np.square(second)) / (2 * heavy)
    momentum = np.sqrt(np.maximum(energy**2 - np.square(first), 0.0))
    angle = rng.uniform(-1.0, 1.0, events) if cosine is None else cosine
    phi = rng.uniform(-np.pi, np.pi, events)
    across = momentum * np.sqrt(1 - angle**2)
    rest = np.stack((energy, across * np.cos(phi), across * np.sin(phi), momentum * angle))
    daughter = boost(rest, parent)
    return daughter, parent - daughter


def breit_wigner(
    rng: np.random.Generator, particle: tuple[float, float], low: Array | float, high: Array | float
) -> Array:
    """Masses of a resonance ``(mass, width)``: a Cauchy distribution between ``low`` and ``high``.

    Args:
        rng: Draws the masses.
        particle: Peak and full width at half its height, GeV.
        low: Least mass in GeV, one or one an event.
        high: Greatest mass in GeV, one an event where it depends on what decays.
    """
    peak, width = particle
    start, end = (np.arctan(2 * (np.asarray(edge) - peak) / width) for edge in (low, high))
    share = rng.random(np.broadcast_shapes(start.shape, end.shape) or None)
    result: Array = peak + width / 2 * np.tan(start + share * (end - start))
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Partons:
    """What leaves the collision, before any detector; momenta ``(4, events)``.

    The transverse momenta of all together add up to 0.

    Attributes:
        jets: ``(6, 4, events)``: two b quarks, two quarks of a W, two radiated gluons.
        charm: Whether the first quark of the W is a charm quark, bool ``(events,)``.
        soft: What recoils without making a jet.
    """

    lepton: Momenta
    neutrino: Momenta
    jets: NDArray[np.float64]
    charm: NDArray[np.bool_]
    soft: Momenta


def signal(rng: np.random.Generator, events: int) -> Partons:
    """Events of gg -> H0 -> W H+-, H+- -> W h0, h0 -> b b; either W has the lepton."""
    every = np.ones(events)
    heavy_mass = breit_wigner(rng, HEAVY_HIGGS, 410.0 * every, 450.0)
    charged_mass = breit_wigner(rng, CHARGED_HIGGS, 300.0 * every, heavy_mass - 75.0)
    light_mass = breit_wigner(rng, LIGHT_HIGGS, 120.0 * every, 130.0)
    first_mass = breit_wigner(rng, W, 60.0 * every, heavy_mass - charged_mass - 1.0)
    second_mass = breit_wigner(rng, W, 60.0 * every, 100.0)

    heavy, gluons, soft = produce(rng, heavy_mass)
    first, charged = decay(heavy, first_mass, charged_mass, rng)
    second, light = decay(charged, second_mass, light_mass, rng)
    bottoms = decay(light, BOTTOM, BOTTOM, rng)
    swap = rng.random(events) < 0.5
    return _with_w_decays(
        rng,
        np.where(swap, first, second),
        np.where(swap, second, first),
        bottoms,
        gluons=gluons,
        soft=soft,
    )


def background(rng: np.random.Generator, events: int) -> Partons:
    """Events of gg -> t t, t -> W b: no Higgs boson, the same particles at the end."""
    every = np.ones(events)
    masses = [breit_wigner(rng, TOP, 155.0 * every, 190.0) for _ in range(2)]
    w_masses = [breit_wigner(rng, W, 60.0 * every, 100.0) for _ in range(2)]
    pair_mass = np.maximum(_pair_mass(rng, events), masses[0] + masses[1] + 0.1)

    pair, gluons, soft = produce(rng, pair_mass)
    speed = np.sqrt(1 - ((masses[0] + masses[1]) / pair_mass) ** 2)
    # Density 1 / (1 - speed^2 cosine^2): the exchange of a top quark between the gluons.
    cosine = np.tanh(rng.uniform(-1, 1, events) * np.arctanh(speed)) / speed
    tops = decay(pair, masses[0], masses[1], rng, cosine=np.clip(cosine, -1, 1))
    (leptonic, first), (hadronic, second) = (
        decay(top, w_mass, BOTTOM, rng) for top, w_mass in zip(tops, w_masses, strict=True)
    )
    return _with_w_decays(rng, leptonic, hadronic, (first, second), gluons=gluons, soft=soft)


def produce(
    rng: np.random.Generator, masses: Array
) -> tuple[Momenta, NDArray[np.float64], Momenta]:
    """Systems of the given masses as gluon fusion makes them.

    Returns:
        The systems ``(4, events)``, two gluons radiated before ``(2, 4, events)``, and soft
        radiation ``(4, events)``; their transverse momenta add up to 0.
    """
    events = len(masses)
    reach = np.log(BEAMS / masses)  # the rapidity at which one gluon carries a whole proton
    grid = np.linspace(-1, 1, 257)
    shares = np.exp(np.outer((-1, 1), grid) * np.median(reach)) * np.median(masses) / BEAMS
    rapidity = reach * _draw(rng, grid, _gluons(shares[0]) * _gluons(shares[1]), events)

    # A falling power: a third too soft for a jet, a tenth above 173 GeV. These jets, which belong
    # to nothing, are what spoils the masses most; with half of them boosted trees reach AUC 0.87.
    pt = np.minimum(80.0 * (rng.random((2, events)) ** -0.5 - 1), 300.0)
    phi = rng.uniform(-np.pi, np.pi, (2, events))
    edge = np.arccosh(1_000.0 / np.maximum(pt, 1.0))  # where a gluon has 1 TeV
    low, high = np.maximum(rapidity - 3, -edge), np.minimum(rapidity + 3, edge)
    gluons = polar(pt, low + (high - low) * rng.random((2, events)), phi)
    soft_x, soft_y = rng.normal(0.0, 8.0, (2, events))
    soft = np.stack((np.hypot(soft_x, soft_y), soft_x, soft_y, np.zeros(events)))
    x, y = -(gluons[0, 1:3] + gluons[1, 1:3] + soft[1:3])
    across = np.sqrt(masses**2 + x**2 + y**2)
    return (
        np.stack((across * np.cosh(rapidity), x, y, across * np.sinh(rapidity))),
        gluons,
        soft,
    )


def polar(pt: Array, eta: Array, phi: Array) -> NDArray[np.float64]:
    """Massless momenta from transverse momentum, pseudorapidity and azimuth.

    Returns:
        ``(..., 4, events)`` for arguments ``(..., events)``.
    """
    return np.stack(
        (pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)), axis=-2
    )


def _gluons(share: Array) -> Array:
    """Density of gluons times their share of the proton's momentum, roughly, at 200 GeV."""
    density: Array = share**-0.25 * np.maximum(1 - share, 0.0) ** 5
    return density


def _draw(rng: np.random.Generator, grid: Array, density: Array, size: int) -> Array:
    """Numbers from a density on a grid, by the inverse of its integral."""
    integral = np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(grid))
    drawn: Array = np.interp(rng.random(size) * integral[-1], np.append(0.0, integral), grid)
    return drawn


def _pair_mass(rng: np.random.Generator, events: int) -> Array:
    """Mass of a top pair from gluon fusion at leading order, times the gluons' luminosity.

    Source: Nason, Dawson and Ellis, Nuclear Physics B 303 (1988) 607, equation 2.3.
    """
    grid = 2 * TOP[0] * np.geomspace(1.0001, 6.0, 500)
    rho = (2 * TOP[0] / grid) ** 2
    beta = np.sqrt(1 - rho)
    logarithm = np.log((1 + beta) / (1 - beta)) / beta
    section = beta * rho * ((rho**2 + 16 * rho + 16) * logarithm - 28 - 31 * rho)
    root = grid / BEAMS
    rapidity = np.linspace(-1, 1, 33)[:, None] * -np.log(root)
    both = _gluons(root * np.exp(rapidity)) * _gluons(root * np.exp(-rapidity))
    luminosity = both.mean(axis=0) * -np.log(root) / root
    return _draw(rng, grid, section * luminosity, events)


def _with_w_decays(
    rng: np.random.Generator,
    leptonic: Momenta,
    hadronic: Momenta,
    bottoms: tuple[Momenta, Momenta],
    *,
    gluons: NDArray[np.float64],
    soft: Momenta,
) -> Partons:
    lepton, neutrino = decay(leptonic, 0.0, 0.0, rng)
    quarks = decay(hadronic, 0.0, 0.0, rng)
    charm = np.less(rng.random(leptonic.shape[1]), 0.5)
    return Partons(lepton, neutrino, np.stack((*bottoms, *quarks, *gluons)), charm, soft)


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

    found = (pt > JET_PT) & (np.abs(eta) < ETA)
    accepted = found.sum(axis=0) >= JETS
    found, pt, eta, phi = (array[:, accepted] for array in (found, pt, eta, phi))
    hardest = np.argsort(np.where(found, -pt, 0.0), axis=0, kind="stable")[:JETS]
    jets = np.stack([np.take_along_axis(array, hardest, axis=0) for array in (pt, eta, phi)])
    tags = np.take_along_axis(_tags(charm[accepted], rng), hardest, axis=0)
    lepton, missing = lepton[:, accepted], missing[:, accepted]

    apart = np.all(_distance_squared(lepton[:, None], jets) > 0.4**2, axis=0)
    for one, other in itertools.combinations(range(JETS), 2):
        apart &= _distance_squared(jets[:, one], jets[:, other]) > 0.4**2
    tagged = (tags > 0).sum(axis=0)
    kept = apart & (tagged >= 1) & (tagged <= 2)
    return Observed(lepton[:, kept], missing[:, kept], jets[..., kept], tags[:, kept])


def to_polar(momenta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Transverse momentum, pseudorapidity and azimuth: ``(3, events)`` of ``(4, events)``.

    Jets ``(jets, 4, events)`` become ``(3, jets, events)``.
    """
    _, x, y, z = np.moveaxis(momenta, -2, 0)
    pt = np.hypot(x, y)
    return np.stack((pt, np.arcsinh(z / np.maximum(pt, 1e-9)), np.arctan2(y, x)))


def _smeared_jets(true: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Transverse momentum, pseudorapidity and azimuth as measured, ``(3, jets, events)``."""
    jets = to_polar(true)
    count, events = jets.shape[1:]
    resolution = np.sqrt(0.8**2 / np.maximum(true[:, 0], 1.0) + 0.08**2)
    jets[0] *= np.maximum(1 + resolution * rng.standard_normal((count, events)), 0.1)
    lossy = rng.random((2, events)) < 0.35
    jets[0, :2] *= 1 - lossy * rng.uniform(0.0, 0.5, (2, events))
    jets[1:] += 0.03 * rng.standard_normal((2, count, events))
    jets[2] = _wrapped(jets[2])
    return jets


def _tags(charm: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.int64]:
    """How much each jet looks like a b quark's: by chance, with rates that depend on its parton."""
    tight = np.full((6, len(charm)), 0.015)
    tight[:2] = 0.70
    tight[2, charm] = 0.12
    loose = np.where(tight > 0.5, 0.82, 2.2 * tight)
    draw = rng.random(tight.shape)
    return (draw < tight).astype(np.int64) + (draw < loose)


def _distance_squared(one: NDArray[np.float64], other: NDArray[np.float64]) -> Array:
    """Squared distance in pseudorapidity and azimuth, the measure of how far apart jets are."""
    distance: Array = (one[1] - other[1]) ** 2 + _wrapped(one[2] - other[2]) ** 2
    return distance


def _wrapped(phi: Array) -> Array:
    """The same angle between -pi and pi."""
    return phi - 2 * np.pi * np.round(phi / (2 * np.pi))


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


def masses(seen: Observed) -> tuple[Array, ...]:
    """The seven masses in GeV that physicists would compute: jj, jjj, lv, jlv, bb, wbb, wwbb.

    The two jets with the highest tags stand for the b quarks, the other two for a W. Which b jet
    belongs to which top, and which W to the charged Higgs boson, is chosen to fit their masses.
    """
    lepton = polar(*seen.lepton)
    leptonic = lepton + neutrino(lepton, seen.missing)
    jets = polar(*seen.jets)
    order = np.argsort(-seen.tags, axis=0, kind="stable")
    first, second, third, fourth = np.take_along_axis(jets, order[:, None], axis=0)
    hadronic, bottoms = third + fourth, first + second

    tops = [
        (mass(hadronic + one), mass(leptonic + other))
        for one, other in ((first, second), (second, first))
    ]
    misfits = [(jjj - TOP[0]) ** 2 + (jlv - TOP[0]) ** 2 for jjj, jlv in tops]
    better = misfits[0] <= misfits[1]
    jjj, jlv = (np.where(better, one, other) for one, other in zip(*tops, strict=True))

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
    centre = half * z
    along = np.where(centre > 0, centre - root, centre + root) / pt_squared
    return np.stack((np.sqrt(missing_squared + along**2), missing[0], missing[1], along))
