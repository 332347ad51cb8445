"""One rule for the classes of a label, wherever its rows come from: their names and their order."""

from collections.abc import Sequence

from hpsearch.data.sources.files.words import BOOLEANS

__all__ = ["class_name", "class_number", "class_order"]

#: Texts of two classes, the negative one first, besides those of booleans.
OPPOSITES = (
    *BOOLEANS,
    ("negative", "positive"),
    ("neg", "pos"),
    ("-", "+"),
    ("absent", "present"),
    ("bad", "good"),
    ("normal", "abnormal"),
    ("healthy", "ill"),
    ("healthy", "diseased"),
    ("failure", "success"),
    ("fail", "pass"),
    ("dead", "alive"),
    ("lost", "won"),
    ("ham", "spam"),
)


def class_order(names: Sequence[str]) -> tuple[str, ...]:
    """Different classes in their order; of two, the second is the positive one.

    Numbers go by their size; no before yes, false before true and the like; else the alphabet.
    """
    if all(class_number(name) is not None for name in names):
        return tuple(sorted(names, key=lambda name: (class_number(name) or 0.0, name)))
    lower = {name.lower(): name for name in names}
    for pair in OPPOSITES:
        if len(names) == 2 and set(lower) == set(pair):
            return tuple(lower[name] for name in pair)
    return tuple(sorted(names, key=lambda name: (name.lower(), name)))


def class_name(text: str) -> str:
    """A label as the name of its class: 1.0 and 1 are one class, ``1``."""
    number = class_number(text)
    if number is None:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def class_number(text: str) -> float | None:
    """The number that a label is; None where it is a text, or a code like 007."""
    if "_" in text or not text.isascii() or (text[:1] == "0" and text[1:2].isdigit()):
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number - number == 0 else None
