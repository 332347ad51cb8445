"""How large a search fits a table: larger networks and batches for more rows, fewer epochs.

The figures are those that did well on tables of 300 to 1,000,000 rows: some 80 updates of the
weights an epoch, and a few thousand in a training.
"""

import math
from dataclasses import dataclass, replace

from hpsearch.data.features.words import MOST as MOST_WORDS
from hpsearch.data.profile import ColumnProfile, Profile

__all__ = ["Scale", "is_used", "scale_of", "width_of"]

#: Updates of the weights in an epoch; fewer of them, in larger batches, do not learn enough.
STEPS = 80

SMALLEST_BATCH, LARGEST_BATCH = 32, 2_048

#: Batches are larger than this only where a table needs them for these 80 updates.
USUAL_LARGEST_BATCH = 256

#: Columns that a category is at most taken to become; the infrequent share one.
MOST_TEXTS = 32

#: Parts of a date: days, weekday, share of the day, share of the year.
DATE_WIDTH = 4

#: A network of so many inputs has most of its weights in its first layer, which is kept small.
WIDE = 1_000
NARROW = (16, 64)


@dataclass(frozen=True, slots=True)
class Scale:
    """How large networks are, and how long they are trained.

    Attributes:
        layers, units: Least and largest.
        dropout: Least and largest share, where there is some.
        normalized: Whether batch normalization is tried.
        scaled: Whether several scalings of numbers are tried.
        batch_sizes: Those that are tried.
    """

    layers: tuple[int, int]
    units: tuple[int, int]
    dropout: tuple[float, float]
    normalized: bool
    scaled: bool
    batch_sizes: tuple[int, ...]
    epochs: int
    patience: int
    trials: int


#: By the train rows below which each holds; the last for all tables that are larger.
SCALES: tuple[tuple[float, Scale], ...] = (
    (1_000, Scale((1, 2), (8, 64), (0.05, 0.5), False, True, (32,), 150, 50, 30)),
    (10_000, Scale((1, 3), (16, 128), (0.05, 0.5), True, True, (32,), 100, 30, 50)),
    (100_000, Scale((1, 4), (32, 256), (0.05, 0.4), True, True, (32,), 60, 20, 50)),
    (math.inf, Scale((1, 4), (64, 512), (0.05, 0.3), True, False, (32,), 25, 10, 40)),
)


def scale_of(train_rows: int, width: int) -> Scale:
    """A scale that fits.

    Args:
        train_rows: Rows that networks learn from.
        width: Inputs of a network, about.
    """
    scale = next(scale for rows, scale in SCALES if train_rows < rows)
    units = scale.units if width <= WIDE else NARROW
    return replace(scale, units=units, batch_sizes=batch_sizes_of(train_rows))


def batch_size_of(train_rows: int) -> int:
    """The power of two nearest to a batch with which an epoch has 80 of them, within limits."""
    wanted = max(train_rows / STEPS, 1)
    return int(min(max(2 ** round(math.log2(wanted)), SMALLEST_BATCH), LARGEST_BATCH))


def batch_sizes_of(train_rows: int) -> tuple[int, ...]:
    """That batch, half of it and twice as much, within limits, the smallest first."""
    batch = batch_size_of(train_rows)
    largest = LARGEST_BATCH if batch > USUAL_LARGEST_BATCH else USUAL_LARGEST_BATCH
    sizes = (batch // 2, batch, 2 * batch)
    return tuple(size for size in sizes if SMALLEST_BATCH <= size <= largest)


def width_of(profile: Profile, label: str) -> int:
    """Inputs of a network on a table, about: categories have a column for each frequent text."""
    return sum(_width(column) for column in profile.columns if column.name != label)


def is_used(column: ColumnProfile) -> bool:
    """Whether a network learns from a column."""
    return column.finding not in ("text", "identifier")


def _width(column: ColumnProfile) -> int:
    match column.finding:
        case "category":
            return min(column.distinct, MOST_TEXTS)
        case "words":
            return MOST_WORDS
        case "date":
            return DATE_WIDTH
        case "number" | "boolean":
            return 2 if column.missing else 1
    return 0
