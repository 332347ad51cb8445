"""Does it overfit?"""

from hpsearch.report.sections.overfitting.content import TITLE, answer, figures, values
from hpsearch.report.sections.overfitting.layout import blocks
from hpsearch.report.sections.section import always as applies

__all__ = ["TITLE", "answer", "applies", "blocks", "figures", "values"]
