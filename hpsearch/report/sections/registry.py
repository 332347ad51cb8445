"""All sections of the report, in its order."""

from hpsearch.report.section import Section
from hpsearch.report.sections.baselines import BASELINES
from hpsearch.report.sections.luck import LUCK
from hpsearch.report.sections.overfitting import OVERFITTING
from hpsearch.report.sections.regularizers import REGULARIZERS
from hpsearch.report.sections.rows import ROWS
from hpsearch.report.sections.search import SEARCH
from hpsearch.report.sections.usability import USABILITY

#: Between what came out and how it is repeated.
SECTIONS: tuple[Section, ...] = (
    BASELINES,
    LUCK,
    OVERFITTING,
    REGULARIZERS,
    SEARCH,
    USABILITY,
    ROWS,
)
