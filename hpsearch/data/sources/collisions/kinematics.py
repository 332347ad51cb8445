"""Relativistic kinematics, vectorised over events."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Momenta = NDArray[np.float64]
"""Energy and momentum (E, px, py, pz) in GeV, with one event a column: float64 ``(4, events)``."""


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
        cosine: Cosine of the angle to the beam in the parent's rest frame; uniform by default.
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


def polar(pt: Array, eta: Array, phi: Array) -> NDArray[np.float64]:
    """Massless momenta from transverse momentum, pseudorapidity and azimuth.

    Returns:
        ``(..., 4, events)`` for arguments ``(..., events)``.
    """
    return np.stack(
        (pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)), axis=-2
    )


def to_polar(momenta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Transverse momentum, pseudorapidity and azimuth: ``(3, events)`` of ``(4, events)``.

    Jets ``(jets, 4, events)`` become ``(3, jets, events)``.
    """
    _, x, y, z = np.moveaxis(momenta, -2, 0)
    pt = np.hypot(x, y)
    return np.stack((pt, np.arcsinh(z / np.maximum(pt, 1e-9)), np.arctan2(y, x)))


def wrapped(phi: Array) -> Array:
    """The same angle between -pi and pi."""
    return phi - 2 * np.pi * np.round(phi / (2 * np.pi))
