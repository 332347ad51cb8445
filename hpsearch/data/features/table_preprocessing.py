"""The preprocessing of a table whose columns may be of any kind."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.features.bins import NO_BINS, Bins
from hpsearch.data.features.categories import Categories
from hpsearch.data.features.dates import Dates
from hpsearch.data.features.filled import Places, column_of
from hpsearch.data.features.numbers import Numbers
from hpsearch.data.features.scaling import Pixel, Quantile, Robust, Scaling, Standard
from hpsearch.data.features.text_features import TextFeatures
from hpsearch.data.features.words import Words
from hpsearch.data.room import IN_MEMORY, Room
from hpsearch.data.table import Features
from hpsearch.stock import StockNode, function_node, layer_node
from hpsearch.study.kinds import Kind

SCALINGS: Mapping[str, type[Scaling]] = MappingProxyType(
    {"standard": Standard, "robust": Robust, "quantile": Quantile, "pixel": Pixel}
)

#: What is made of columns of texts, by their kinds.
TEXTS: Mapping[Kind, type[TextFeatures]] = MappingProxyType(
    {"category": Categories, "words": Words}
)

#: Rows that are worked on at a time, so that float64 values are never there for all of them.
BLOCK = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class TablePreprocessing:
    """Scaled numbers, which gaps they had, their bins, parts of dates, and texts as 0 and 1.

    A table of texts of words alone gives bytes, as most of its many features are 0.

    Everything is learned from train rows and then frozen; see the parts for their rules.
    """

    columns: tuple[Column, ...]
    numbers: Numbers
    dates: Dates
    texts: tuple[TextFeatures, ...]
    bins: Bins = NO_BINS

    @classmethod
    def fit(
        cls,
        train: RawRows,
        columns: tuple[Column, ...],
        scaling: str = "standard",
        rows: Places | None = None,
        learned: Callable[[float], None] = lambda share: None,
    ) -> Self:
        """Learn from at least one train row.

        Args:
            train: Raw rows, of which ``rows`` names those that train; None for all.
            learned: Called with the share of the columns of numbers that more are learned.

        Raises:
            ValueError: If there is not one column for each of the values in a row.
        """
        held = train.numbers.shape[1] + train.codes.shape[1]
        numeric = [column for column in columns if not column.is_text]
        if held != len(columns) or train.numbers.shape[1] != len(numeric):
            raise ValueError(f"{held} columns need as many names, got {len(columns)}")
        texts = [column for column in columns if column.is_text]
        share = 1 / max(len(numeric), 1)
        return cls(
            columns,
            Numbers.fit(train.numbers, numeric, SCALINGS[scaling], rows, lambda: learned(share)),
            Dates.fit(train.numbers, numeric, rows),
            tuple(
                TEXTS[column.kind].fit(column_of(train.codes, place, rows), vocabulary, column.name)
                for place, (vocabulary, column) in enumerate(
                    zip(train.vocabularies, texts, strict=True)
                )
            ),
        )

    def with_bins(self, bins: Bins) -> Self:
        """The same with these bins beside the numbers."""
        return replace(self, bins=bins)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features, in their order."""
        texts = (name for part in self.texts for name in part.features)
        return (*self.numbers.features, *self.bins.features, *self.dates.features, *texts)

    @property
    def sections(self) -> tuple[int, ...]:
        """See ``Preprocessing``."""
        numeric, texts = (
            [place for place, column in enumerate(self.columns) if column.is_text == is_text]
            for is_text in (False, True)
        )
        parts = self.numbers, self.bins, self.dates
        columns = [numeric[place] for part in parts for place in part.origins]
        for place, part in zip(texts, self.texts, strict=True):
            columns += [place] * len(part.features)
        numbers = {column: number for number, column in enumerate(dict.fromkeys(columns))}
        return tuple(numbers[column] for column in columns)

    @property
    def vocabularies(self) -> tuple[tuple[str, ...], ...]:
        """See ``Preprocessing``."""
        return tuple(part.vocabulary for part in self.texts)

    @property
    def width(self) -> int:
        """Number of features."""
        return len(self.features)

    def apply(
        self,
        raw: RawRows,
        rows: Places | None = None,
        room: Room = IN_MEMORY,
        applied: Callable[[int], None] = lambda rows: None,
    ) -> Features:
        """Features, float32 or uint8 ``(rows, width)`` and finite, C-contiguous.

        Args:
            rows: Places of the raw rows that are asked for; None for all.
            room: For the features.
            applied: Called with the number of rows that more are done.
        """
        every = [
            part.ones(vocabulary)
            for part, vocabulary in zip(self.texts, raw.vocabularies, strict=True)
        ]
        count = len(raw) if rows is None else len(rows)
        features = room.zeros((count, self.width), self._dtype)
        for start in range(0, count, BLOCK):
            block = slice(start, start + BLOCK)
            some = raw[block if rows is None else rows[block]]
            end = 0
            for values in self._numeric(some.numbers):
                begin, end = end, end + values.shape[1]
                features[block, begin:end] = values
            for part, ones, codes in zip(self.texts, every, some.codes.T, strict=True):
                begin, end = end, end + len(part.features)
                row, place = ones(codes)
                features[start + row, begin + place] = 1
            applied(len(some))
        return features

    def keras_layers(self) -> tuple[StockNode, ...]:
        """See ``Preprocessing``."""
        nodes: list[StockNode] = []
        ends: list[str] = []
        if self.numbers.names:
            beside = self.numbers.gap_nodes(), self.bins.nodes()
            nodes += self.numbers.nodes()
            ends.append(nodes[-1].name)
            for part_nodes in beside:
                nodes += part_nodes
                ends += (node.name for node in part_nodes[-1:])
            nodes += self.dates.nodes()
            ends += self.dates.ends
        for place, part in enumerate(self.texts):
            if column := part.nodes(place):
                nodes += column
                ends.append(column[-1].name)
        if len(ends) == 1:
            return *nodes, function_node("features", "cast", *ends, dtype="float32")
        return *nodes, layer_node("features", "Concatenate", *ends, dtype="float32")

    @property
    def _dtype(self) -> type[np.generic]:
        """Bytes where all columns are texts of words."""
        words = all(column.kind == "words" for column in self.columns)
        return np.uint8 if words else np.float32

    def _numeric(self, numbers: NDArray[np.floating]) -> Iterator[NDArray[np.float64]]:
        """Parts of the features of rows that come from numbers."""
        filled = self.numbers.fill(numbers)
        yield from self.numbers.apply(numbers, filled)
        yield from self.bins.apply(filled)
        yield from self.dates.apply(filled)
