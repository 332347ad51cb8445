"""What mattered in the search?"""

from hpsearch.report.sections.search.content import TITLE, answer, figures, values
from hpsearch.report.sections.search.layout import blocks
from hpsearch.report.sections.section import always as applies

__all__ = ["TITLE", "answer", "applies", "blocks", "figures", "values"]
