"""The keys of ``[data]`` that say how a file is read; what they leave out is inferred."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from hpsearch.study.kinds import Finding
from hpsearch.study.section import StudyTable, Text

#: Encodings of text files, by the names that ``data.encoding`` takes.
Encoding = Literal["utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]


def _is_delimiter(text: str) -> str:
    if len(text) != 1 or not text.isascii() or text.isalnum() or text in '"\r\n':
        raise PydanticCustomError("rule", 'must be one character like ",", ";", "\\t" or "|"')
    return text


class TableKeys(StudyTable):
    """How a file is read; a key that is absent is inferred from all rows of the file.

    ``columns`` gives the kinds of columns by name: ``number``, ``boolean``, ``category``, ``date``
    or ``words``, texts of which each frequent word is a feature; ``text`` and ``identifier`` leave
    a column out. ``classes`` are the label's values in
    the order of their classes; of two, the second is the positive one. Rows of the
    classes ``leave_out`` are left out. ``missing`` are words for a missing value, besides the
    empty one. ``day_first`` says that 02/03/2024 is in March.
    """

    columns: Mapping[str, Finding] | None = None
    classes: Annotated[tuple[Text, ...], Field(strict=False, min_length=2)] | None = None
    leave_out: Annotated[tuple[Text, ...], Field(strict=False)] | None = None
    delimiter: Annotated[str, AfterValidator(_is_delimiter)] | None = None
    decimal: Literal[".", ","] | None = None
    encoding: Encoding | None = None
    header: bool | None = None
    missing: Annotated[tuple[Text, ...], Field(strict=False)] | None = None
    day_first: bool | None = None

    @field_validator("classes")
    @classmethod
    def _each_once(cls, classes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if classes is not None and len(set(classes)) < len(classes):
            raise PydanticCustomError("rule", "must name each class once")
        return classes


#: Nothing is given: all is inferred.
INFERRED = TableKeys()
