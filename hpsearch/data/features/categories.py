"""A column of texts: one feature for each text that is frequent enough, and one for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.features.text_features import Ones
from hpsearch.stock import StockNode, function_node, layer_node

#: The most texts of a column that get a feature of their own, the most frequent ones.
MOST = 256


def least_rows(rows: int) -> int:
    """How many of so many train rows a text must be in to get a feature of its own.

    One in 1,000; in small tables, where that would be few rows, up to 10, but never more than one
    in 100; and at least 2.
    """
    return max(2, min(10, rows // 100), rows // 1_000)


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """One of these features is 1 and all others are 0; all are 0 for a text without a feature.

    Attributes:
        name: Of the column.
        texts: Those with a feature of their own, in the order of Python's ``sorted``.
        infrequent: The other texts of train rows. Where there are some, all texts that have no
            feature of their own share the first one, unknown ones among them; otherwise unknown
            ones have none.
        missing: Whether some train row has no text; then that has a feature of its own, the last.
    """

    name: str
    texts: tuple[str, ...]
    infrequent: tuple[str, ...]
    missing: bool

    @classmethod
    def fit(cls, codes: NDArray[np.int32], vocabulary: Sequence[str], name: str) -> Self:
        """Learn from the codes of train rows, ``(rows,)``; an empty text is a missing one.

        A column in which no text is frequent and none is missing gives no features.
        """
        rows = np.bincount(codes[codes >= 0], minlength=len(vocabulary))
        counts = dict(zip(vocabulary, rows.tolist(), strict=True))
        missing = bool((codes < 0).any()) or bool(counts.pop("", 0))
        present = sorted(
            ((count, text) for text, count in counts.items() if count),
            key=lambda counted: (-counted[0], counted[1]),
        )
        least = least_rows(len(codes))
        kept = tuple(sorted(text for count, text in present[:MOST] if count >= least))
        if not kept and not missing:
            return cls(name, (), (), missing=False)
        infrequent = tuple(sorted({text for _, text in present}.difference(kept)))
        return cls(name, kept, infrequent, missing)

    @property
    def rest(self) -> bool:
        """Whether infrequent and unknown texts have a feature, which they share."""
        return bool(self.infrequent)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features."""
        return (
            *((f"{self.name} is infrequent or unknown",) if self.rest else ()),
            *(f"{self.name} = {text}" for text in self.texts),
            *((f"{self.name} is missing",) if self.missing else ()),
        )

    @property
    def known(self) -> tuple[str, ...]:
        """Texts with a feature of their own, the empty one for a missing text among them."""
        return (*self.texts, "") if self.missing else self.texts

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """All texts of train rows."""
        return (*self.texts, *self.infrequent)

    def ones(self, vocabulary: Sequence[str]) -> Ones:
        """See ``TextFeatures``."""
        return partial(_ones, self._places(vocabulary))

    def _places(self, vocabulary: Sequence[str]) -> NDArray[np.intp]:
        """Which feature each code of a vocabulary has; the last is that of no text, -1 none."""
        features = {text: place for place, text in enumerate(self.known, int(self.rest))}
        rest = 0 if self.rest else -1
        return np.array([features.get(text, rest) for text in (*vocabulary, "")], np.intp)

    def nodes(self, place: int) -> tuple[StockNode, ...]:
        """See ``TextFeatures``."""
        if not self.features:
            return ()
        name = f"texts_{place}"
        unknown = "[UNK]"
        while unknown in self.known:
            unknown = f"[{unknown}]"
        lookup = layer_node(
            f"{name}_looked_up",
            "StringLookup",
            name,
            vocabulary=list(self.known),
            num_oov_indices=1,
            mask_token=None,
            oov_token=unknown,
            output_mode="one_hot",
        )
        column = function_node(name, "take", "texts", [place], axis=1)
        if self.rest:
            return column, lookup
        own = list(range(1, 1 + len(self.known)))
        return column, lookup, function_node(f"{name}_known", "take", lookup.name, own, axis=1)


def _ones(
    places: NDArray[np.intp], codes: NDArray[np.int32]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows that have a feature, and which."""
    place = places[codes]
    (rows,) = np.nonzero(place >= 0)
    return rows, place[rows]
