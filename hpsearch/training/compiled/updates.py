"""Every optimizer as one update rule with different coefficients, so that one program serves all.

With gradient ``g``, weight ``w`` and slots ``m`` and ``v`` a step is

    v <- v_keep v + v_gain g²
    m <- m_keep m + m_gain g pre
    w <- w - decay w + (p m + q g) / den

where ``pre`` is 1 / sqrt(v + eps) for rmsprop and 1 for others, and ``den`` is sqrt(r v) + eps for
adam's kin and 1 for others. What depends on the step, which holds the learning rate and the
corrections of adam and nadam, is computed here for all steps at once, in float32 as in Keras.

Source: keras.src.optimizers (sgd, rmsprop, adam, adamw, nadam) of Keras 3.15.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hpsearch.models.knobs import LAYERED, Knobs

EPSILON = 1e-7
BETA_1, BETA_2, RHO = 0.9, 0.999, 0.9
NADAM_DECAY = 0.96


def coefficients(
    knobs: Knobs, fields: Sequence[str], steps: int, first: int, last: int
) -> NDArray[np.float32]:
    """What the update rule needs of each step of the epochs after ``first`` up to ``last``.

    Args:
        knobs: The trial's numbers.
        fields: Those of the shape; most are the same in all steps.
        steps: Steps an epoch.
        first: Epochs done before.
        last: The last epoch wanted.

    Returns:
        A row a step and a column for each of ``fields``, float32.
    """
    done = np.arange(first * steps, last * steps, dtype=np.float32)
    rate = _learning_rate(knobs, done / (knobs.schedule_epochs * steps))
    values: dict[str, Any] = {
        **dict.fromkeys(fields, 0.0),
        **{"clip_norm": knobs.clip_norm, "r": 1.0},
        **_penalties(knobs, fields),
    }
    match knobs.optimizer:
        case "sgd":
            values |= {"m_keep": knobs.momentum, "m_gain": -rate, "p": 1.0}
            if knobs.nesterov:
                values |= {"p": knobs.momentum, "q": -rate}
        case "rmsprop":
            values |= {"v_keep": RHO, "v_gain": 1 - RHO, "pre": 1.0}
            values |= {"m_keep": knobs.momentum, "m_gain": -rate, "p": 1.0}
        case "adam" | "adamw":
            values |= _ADAM
            values["p"] = -rate * np.sqrt(1 - BETA_2 ** (done + 1)) / (1 - BETA_1 ** (done + 1))
            if knobs.optimizer == "adamw":
                values["decay"] = knobs.weight_decay * rate
        case "nadam":
            every = np.arange(1, last * steps + 2, dtype=np.float32)
            momenta = BETA_1 * (1 - 0.5 * NADAM_DECAY**every)
            products = np.cumprod(momenta)
            now, after = (slice(first * steps + ahead, last * steps + ahead) for ahead in (0, 1))
            values |= _ADAM
            values["p"] = -rate * momenta[after] / (1 - products[after])
            values["q"] = -rate * (1 - momenta[now]) / (1 - products[now])
            values["r"] = 1 / (1 - BETA_2 ** (done + 1))
    columns = [np.broadcast_to(values[name], done.shape) for name in fields]
    return np.stack(columns, axis=1).astype(np.float32)


_ADAM = {
    **{"m_keep": BETA_1, "m_gain": 1 - BETA_1, "den": 1.0},
    **{"v_keep": BETA_2, "v_gain": 1 - BETA_2},
}


def _penalties(knobs: Knobs, fields: Sequence[str]) -> dict[str, Any]:
    """Penalties and dropout: of all hidden layers, or where they differ of each."""
    if not knobs.layered:
        return {name: getattr(knobs, name) for name in LAYERED}
    return {
        field: getattr(knobs.of_layer(int(layer)), name)
        for field in fields
        for name, _, layer in [field.partition(".")]
        if layer
    }


def _learning_rate(knobs: Knobs, share: NDArray[Any]) -> NDArray[Any]:
    """Constant, inverse time or cosine, by the share of the schedule's epochs that is done."""
    factor = np.ones_like(share)
    match knobs.schedule:
        case "inverse_time":
            factor = 1 / (1 + share)
        case "cosine":
            factor = 0.5 * (1 + np.cos(np.pi * np.minimum(share, 1)))
    return knobs.learning_rate * factor


def update(
    at: Mapping[str, Any], w: Any, g: Any, m: Any, v: Any, decayed: int
) -> tuple[Any, Any, Any]:
    """New weights and slots, all flat ``(weights,)``; only the first ``decayed`` weights decay.

    ``at`` holds the step's coefficients by name, scalars in a program.
    """
    v = at["v_keep"] * v + at["v_gain"] * g * g
    pre = tf.where(at["pre"] > 0, tf.math.rsqrt(v + EPSILON), 1.0)
    m = at["m_keep"] * m + at["m_gain"] * g * pre
    den = tf.where(at["den"] > 0, tf.sqrt(at["r"] * v) + EPSILON, 1.0)
    decay = tf.where(tf.range(w.shape[0]) < decayed, at["decay"], 0.0)
    return w - w * decay + (at["p"] * m + at["q"] * g) / den, m, v
