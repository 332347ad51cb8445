"""Which rows train, which validate and which are sealed; the test is cut first."""

from hpsearch.data.cutting.cut import Cut, cut_rows

__all__ = ["Cut", "cut_rows"]
