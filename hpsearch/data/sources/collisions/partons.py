"""What leaves a simulated collision, before any detector: signal and background.

    signal       gg -> H0(425) -> W H+-(325),  H+- -> W h0(125),  h0 -> b b
    background   gg -> t t,  t -> W b

Both end in one W -> lepton neutrino, one W -> two quarks, and two b quarks, with radiated gluons
beside them. Decays are isotropic in the rest frame of what decays; spins are not simulated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.sources.collisions.kinematics import Array, Momenta, breit_wigner, decay, polar

BEAMS = 8_000.0  # both protons together, GeV
HEAVY_HIGGS, CHARGED_HIGGS, LIGHT_HIGGS = (425.0, 10.0), (325.0, 5.0), (125.0, 0.004)
TOP, W = (172.5, 1.4), (80.4, 2.1)  # mass and width, GeV
BOTTOM = 4.7


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
