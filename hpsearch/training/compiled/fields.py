"""The numbers that a program gets of each step, by name."""

from hpsearch.models.knobs import LAYERED

FIELDS = (
    *("l1", "l2", "clip_norm", "dropout"),
    *("m_keep", "v_keep", "v_gain", "pre", "den"),
    *("m_gain", "p", "q", "r", "decay"),
)


def fields_of(layers: int) -> tuple[str, ...]:
    """The columns of ``updates.coefficients``.

    Args:
        layers: How many hidden layers have values of their own, which come last; 0 where all have
            the same.
    """
    return (*FIELDS, *(layer_field(name, layer) for name in LAYERED for layer in range(layers)))


def layer_field(name: str, layer: int) -> str:
    """The column of a hidden layer's own value; the first layer is 0."""
    return f"{name}.{layer}"
