"""What a column of a table may hold."""

from typing import Literal

#: What a column's values are: numbers; false and true; texts out of a few; points in time; texts
#: of many words.
Kind = Literal["number", "boolean", "category", "date", "words"]

#: The kinds whose values are texts.
TEXT_KINDS: tuple[Kind, ...] = ("category", "words")

#: What a column may be found to be: a kind that a network can use, or one that is left out.
Finding = Literal[Kind, "text", "identifier"]
