"""Is the winner usable?"""

from hpsearch.report.sections.usability.content import TITLE, answer, applies, figures, values
from hpsearch.report.sections.usability.layout import blocks

__all__ = ["TITLE", "answer", "applies", "blocks", "figures", "values"]
