"""Every optimizer as one update rule with different coefficients, so that one program serves all.

With gradient ``g``, weight ``w``, slots ``m`` and ``v`` and learning rate ``lr`` a step is

    v <- v_keep v + v_gain g²
    m <- m_keep m + (m_gain + m_gain_lr lr) g pre
    w <- w - weight_decay lr w + (p m + q g) / den

where ``pre`` is 1 / sqrt(v + eps) for rmsprop and 1 for others, ``den`` is sqrt(r v) + eps for
adam's kin and 1 for others, and ``p``, ``q`` and ``r`` follow from the optimizer, the step and
``lr``. The formulas are Keras's, so that its trainer and this one agree.

Source: keras.src.optimizers (sgd, rmsprop, adam, adamw, nadam) of Keras 3.15.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hpsearch.network import Knobs

EPSILON = 1e-7
BETA_1, BETA_2, RHO = 0.9, 0.999, 0.9
NADAM_DECAY = 0.96

_FIELDS = (
    *("learning_rate", "horizon", "inverse_time", "cosine"),
    *("m_keep", "m_gain", "m_gain_lr", "v_keep", "v_gain"),
    *("pre", "den", "p_constant", "q_lr", "adam", "nadam"),
    *("weight_decay", "clip_norm", "l1", "l2", "dropout"),
)


def coefficients(knobs: Knobs, steps: int) -> NDArray[np.float32]:
    """A trial's numbers as one vector, which a program takes at run time; ``steps`` an epoch."""
    values = dict.fromkeys(_FIELDS, 0.0)
    values |= {
        "learning_rate": knobs.learning_rate,
        "horizon": float(knobs.schedule_epochs * steps),
        "inverse_time": float(knobs.schedule == "inverse_time"),
        "cosine": float(knobs.schedule == "cosine"),
        "clip_norm": knobs.clip_norm,
        "l1": knobs.l1,
        "l2": knobs.l2,
        "dropout": knobs.dropout,
    }
    match knobs.optimizer:
        case "sgd":
            values |= {"m_keep": knobs.momentum, "m_gain_lr": -1.0, "p_constant": 1.0}
            if knobs.nesterov:
                values |= {"p_constant": knobs.momentum, "q_lr": -1.0}
        case "rmsprop":
            values |= {"v_keep": RHO, "v_gain": 1 - RHO, "pre": 1.0}
            values |= {"m_keep": knobs.momentum, "m_gain_lr": -1.0, "p_constant": 1.0}
        case "adam" | "adamw" | "nadam":
            values |= {"m_keep": BETA_1, "m_gain": 1 - BETA_1, "den": 1.0}
            values |= {"v_keep": BETA_2, "v_gain": 1 - BETA_2}
            values["nadam" if knobs.optimizer == "nadam" else "adam"] = 1.0
            if knobs.optimizer == "adamw":
                values["weight_decay"] = knobs.weight_decay
    return np.array([values[name] for name in _FIELDS], np.float32)


@dataclass(frozen=True, slots=True)
class Step:
    """The coefficients of one step, scalars in a program."""

    numbers: dict[str, Any]
    rate: Any
    p: Any
    q: Any
    r: Any
    u_product: Any


def begin_step(vector: Any, done: Any, u_product: Any) -> Step:
    """The coefficients of the step after ``done`` steps.

    Args:
        vector: As ``coefficients`` makes it.
        done: Steps so far, float32.
        u_product: Nadam's running product of momentum coefficients; 1 before the first step.
    """
    numbers = dict(zip(_FIELDS, tf.unstack(vector), strict=True))
    rate = _learning_rate(numbers, done)
    now, after = done + 1.0, done + 2.0
    u_now, u_after = (BETA_1 * (1.0 - 0.5 * tf.pow(NADAM_DECAY, step)) for step in (now, after))
    product = u_product * u_now
    unbiased = 1.0 - tf.pow(BETA_2, now)
    adam = -rate * tf.sqrt(unbiased) / (1.0 - tf.pow(BETA_1, now))
    nadam_m = -rate * u_after / (1.0 - product * u_after)
    nadam_g = -rate * (1.0 - u_now) / (1.0 - product)
    return Step(
        numbers=numbers,
        rate=rate,
        p=numbers["p_constant"] + numbers["adam"] * adam + numbers["nadam"] * nadam_m,
        q=numbers["q_lr"] * rate + numbers["nadam"] * nadam_g,
        r=tf.where(numbers["nadam"] > 0, 1.0 / unbiased, 1.0),
        u_product=product,
    )


def update(step: Step, w: Any, g: Any, m: Any, v: Any, decayed: int) -> tuple[Any, Any, Any]:
    """New weights and slots, all flat ``(weights,)``; only the first ``decayed`` weights decay."""
    numbers = step.numbers
    v = numbers["v_keep"] * v + numbers["v_gain"] * g * g
    pre = tf.where(numbers["pre"] > 0, tf.math.rsqrt(v + EPSILON), 1.0)
    m = numbers["m_keep"] * m + (numbers["m_gain"] + numbers["m_gain_lr"] * step.rate) * g * pre
    den = tf.where(numbers["den"] > 0, tf.sqrt(step.r * v) + EPSILON, 1.0)
    decay = tf.where(tf.range(w.shape[0]) < decayed, numbers["weight_decay"] * step.rate, 0.0)
    return w - w * decay + (step.p * m + step.q * g) / den, m, v


def _learning_rate(numbers: dict[str, Any], done: Any) -> Any:
    """Constant, inverse time or cosine, by steps."""
    share = done / numbers["horizon"]
    cosine = 0.5 * (1.0 + tf.cos(np.pi * tf.minimum(share, 1.0)))
    factor = tf.where(numbers["inverse_time"] > 0, 1.0 / (1.0 + share), 1.0)
    factor = tf.where(numbers["cosine"] > 0, cosine, factor)
    return numbers["learning_rate"] * factor
