"""Classes whose rows a study leaves out, as ``data.leave_out`` names them."""

from collections.abc import Iterable, Mapping, Sequence

from hpsearch.data.sources.class_order import class_name
from hpsearch.errors import shown
from hpsearch.wording import listed, say_count

__all__ = ["count_left_out", "left_out", "say_left_out"]


def left_out(labels: Iterable[str], leave_out: Sequence[str] | None) -> frozenset[str]:
    """Those of different labels whose rows are left out."""
    names = set(map(class_name, leave_out or ()))
    return frozenset(label for label in labels if class_name(label) in names)


def count_left_out(counts: Mapping[str, int], leave_out: Sequence[str] | None) -> dict[str, int]:
    """Rows of each label that is left out; 0 for a class that is named but that no row has.

    Args:
        counts: Rows of each label.
    """
    names = set(map(class_name, counts))
    absent = (name for name in map(class_name, leave_out or ()) if name not in names)
    return {
        **{label: counts[label] for label in sorted(left_out(counts, leave_out))},
        **dict.fromkeys(absent, 0),
    }


def say_left_out(counts: Mapping[str, int]) -> str:
    """How many rows are left out for their class, by their labels."""
    rows = sum(counts.values())
    told = listed([f"{shown(label)} ({say_count(count)})" for label, count in counts.items()])
    many = f"{say_count(rows)} rows are left out for their"
    what = "1 row is left out for its" if rows == 1 else many
    return f"{what} class, as data.leave_out says: {told}"
