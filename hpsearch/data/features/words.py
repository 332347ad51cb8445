"""A column of texts of many words: a feature for each frequent word, 1 where a text has it.

Words are what Keras's ``TextVectorization`` makes of a text by default: ASCII letters in lower
case, punctuation taken out, cut at white space.
"""

import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.features.text_features import Ones
from hpsearch.stock import StockNode, function_node, layer_node

#: The most words of a column that get a feature, the most frequent ones.
MOST = 10_000

_PUNCTUATION = string.punctuation.encode()


def words_in(text: str) -> list[bytes]:
    """The words of a text in their order, in UTF-8."""
    return text.encode().lower().translate(None, _PUNCTUATION).split()


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Features that are 0 or 1, so that they need a byte each; all are 0 for a missing text.

    Attributes:
        name: Of the column.
        words: Those with a feature, the most frequent first, of equals in the order of ``sorted``.
    """

    name: str
    words: tuple[str, ...]

    @classmethod
    def fit(cls, codes: NDArray[np.int32], vocabulary: Sequence[str], name: str) -> Self:
        """Learn from the codes of train rows, ``(rows,)``: a word counts wherever it stands."""
        counts: Counter[bytes] = Counter()
        for code in codes[codes >= 0]:
            counts.update(words_in(vocabulary[code]))
        ordered = sorted(counts, key=lambda word: (-counts[word], word))
        return cls(name, tuple(word.decode() for word in ordered[:MOST]))

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(f"{self.name} has {word}" for word in self.words)

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """No texts: nobody expects to meet one again."""
        return ()

    def ones(self, vocabulary: Sequence[str]) -> Ones:
        """See ``TextFeatures``."""
        places = {word.encode(): place for place, word in enumerate(self.words)}
        return partial(_ones, places, vocabulary)

    def nodes(self, place: int) -> tuple[StockNode, ...]:
        """See ``TextFeatures``."""
        if not self.words:
            return ()
        name = f"texts_{place}"
        column = function_node(name, "take", "texts", place, axis=1)
        found = layer_node(
            f"{name}_found",
            "TextVectorization",
            name,
            standardize="lower_and_strip_punctuation",
            split="whitespace",
            output_mode="multi_hot",
            vocabulary=list(self.words),
        )
        own = list(range(1, 1 + len(self.words)))  # the first is that of all other words
        return column, found, function_node(f"{name}_known", "take", found.name, own, axis=1)


def _ones(
    places: dict[bytes, int], vocabulary: Sequence[str], codes: NDArray[np.int32]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and features of all words with a place, each as often as it stands there."""
    found = [
        [places[word] for word in words_in(vocabulary[code]) if word in places] if code >= 0 else []
        for code in codes
    ]
    rows = np.repeat(np.arange(len(codes)), [len(row) for row in found])
    return rows, np.array([place for row in found for place in row], np.intp)
