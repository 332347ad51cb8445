"""The sections of the report by their ids, in its order."""

from collections.abc import Mapping

from hpsearch.report.sections import (
    baselines,
    luck,
    overfitting,
    regularizers,
    search,
    usability,
)
from hpsearch.report.sections.section import Section

SECTIONS: Mapping[str, Section] = {
    "baselines": baselines,
    "luck": luck,
    "overfitting": overfitting,
    "regularizers": regularizers,
    "search": search,
    "usability": usability,
}
