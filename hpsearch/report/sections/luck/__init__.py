"""How much of the validation score was luck?"""

from hpsearch.report.sections.luck.content import TITLE, answer, figures, values
from hpsearch.report.sections.luck.layout import blocks
from hpsearch.report.sections.section import always as applies

__all__ = ["TITLE", "answer", "applies", "blocks", "figures", "values"]
