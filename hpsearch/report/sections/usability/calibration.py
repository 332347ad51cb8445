"""The table of calibration, alike for two classes and for several."""

from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.report.blocks import Column, Table
from hpsearch.wording import say_count, say_share, say_share_interval


def calibration_table(observed: str, bins: Sequence[Mapping[str, Any]], caption: str) -> Table:
    """Predicted and observed shares of each bin.

    Args:
        observed: Heads the column of what was observed.
        bins: As in the section's values.
    """
    return Table(
        "Calibration",
        (
            Column("mean predicted", "number"),
            Column(observed, "number", strong=True),
            Column("95 % interval", "number"),
            Column("rows", "number"),
        ),
        [
            [
                say_share(bin_["predicted"]),
                say_share(bin_["observed"]["value"]),
                say_share_interval(bin_["observed"]),
                say_count(bin_["rows"]),
            ]
            for bin_ in bins
        ],
        caption,
    )
