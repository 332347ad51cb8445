"""What a column of texts is found to be, by what was counted in it."""

from dataclasses import dataclass

from hpsearch.data.sources.files.statistics import Counts
from hpsearch.data.sources.files.words import (
    BOOLEANS,
    NO_VALUE,
    is_date,
    is_missing,
    is_number,
)
from hpsearch.errors import shown
from hpsearch.study.kinds import Finding

#: A column of at most so many different texts is a category, whatever its length.
FEW_TEXTS = 20

#: Above it, more than this share of different ones is no category.
DISTINCT_SHARE = 0.5

#: A column of longer texts on average, more than a hundred different ones, is prose.
PROSE_CHARACTERS = 40

#: A text of a column of numbers or dates that is missing in all but name: at most this share of
#: the cells, and at most so many different ones.
ODD_SHARE = 0.01
ODD_WORDS = 3


@dataclass(frozen=True, slots=True)
class Decision:
    """What a column is.

    Attributes:
        words: Words for a missing value that were found in it.
        odd: Those of them that are no usual words for it, with how often they come.
        reason: Why it is left out, where it is.
        remark: What people should know of it, if anything.
    """

    finding: Finding
    words: tuple[str, ...] = ()
    odd: tuple[tuple[str, int], ...] = ()
    reason: str = ""
    remark: str = ""


def decide(counts: Counts, decimal: str, day_first: bool) -> Decision:
    """What a column of texts is: a number, a boolean or a date where nearly all its cells are."""
    given = counts.filled - counts.words
    if not given:
        words = tuple(sorted(counts.values or ()))
        return Decision("text", words, reason="it has no values")
    numbers = counts.commas if decimal == "," else counts.numbers
    dates = counts.days_first if day_first else counts.months_first
    odd = _odd_values(counts, decimal, dates > given // 2)
    words = tuple(sorted(word for word in odd if is_missing(word)))
    strange = {word: count for word, count in odd.items() if not is_missing(word)}
    told = tuple(sorted(strange.items(), key=lambda pair: (-pair[1], pair[0])))
    if counts.padded and counts.padded * 10 >= given:
        pass  # codes, like 00123
    elif numbers >= given or _is_few(strange, numbers, given):
        return Decision("number", (*words, *strange), told)
    elif numbers * 2 > given and _measures(counts, decimal):
        return Decision("number", words)
    if _is_boolean(counts):
        return Decision("boolean", words)
    if dates >= given or _is_few(strange, dates, given):
        return Decision("date", (*words, *strange), told)
    return _text(counts, numbers)


def missing_words(counts: Counts, decimal: str, kind: Finding) -> tuple[str, ...]:
    """The usual words for a missing value in a column whose kind is known."""
    words = _odd_values(counts, decimal, kind == "date")
    if kind in ("number", "boolean", "date"):
        return tuple(word for word in words if is_missing(word))
    return tuple(word for word in words if word.lower() in NO_VALUE)


def _odd_values(counts: Counts, decimal: str, dates: bool) -> dict[str, int]:
    """How often each value comes that is neither a number nor, in a column of dates, a date."""
    if counts.values is None:
        return dict(counts.odd_values)
    if dates:
        return {word: count for word, count in counts.values.items() if not is_date(word)}
    return {word: count for word, count in counts.values.items() if not is_number(word, decimal)}


def _is_few(strange: dict[str, int], typed: int, given: int) -> bool:
    """Whether the texts of a column of numbers or dates are so few that they mean no value."""
    total = sum(strange.values())
    return 0 < len(strange) <= ODD_WORDS and total + typed >= given and total <= ODD_SHARE * given


def _measures(counts: Counts, decimal: str) -> bool:
    """Whether the numbers of a column measure something, and are no codes among other codes."""
    if counts.values is None:
        return True
    numbers = [word for word in counts.values if is_number(word, decimal)]
    return len(numbers) > FEW_TEXTS or any(decimal in word for word in numbers)


def _is_boolean(counts: Counts) -> bool:
    """Whether all values are of one pair; of a pair of letters both must be there."""
    if counts.values is None:
        return False
    values = {word.lower() for word in counts.values if not is_missing(word)}
    return any(values <= set(pair) and (len(pair[0]) > 1 or len(values) == 2) for pair in BOOLEANS)


def _text(counts: Counts, numbers: int) -> Decision:
    """A category, an identifier or prose."""
    given, distinct = counts.filled - counts.strong, counts.distinct
    words = tuple(sorted(word for word in counts.values or () if word.lower() in NO_VALUE))
    if distinct > FEW_TEXTS and counts.length > PROSE_CHARACTERS and distinct > 100:
        reason = f"it is text: {distinct:,} different ones of {counts.length:.0f} characters"
        return Decision("text", reason=reason)
    if distinct > FEW_TEXTS and distinct - len(words) >= given * (1 - _slack(counts)):
        if counts.length > PROSE_CHARACTERS:
            return Decision("text", reason="it is text: each row has one of its own")
        return Decision("identifier", reason="each row has a text of its own")
    if distinct > FEW_TEXTS and distinct > given * DISTINCT_SHARE:
        reason = f"it is text: {distinct:,} different ones in {given:,} rows"
        return Decision("text", reason=reason)
    remark = ""
    if 0 < numbers < given and counts.values:
        example = min(word for word in counts.values if not is_number(word) and word)
        remark = f"holds numbers and texts, like {shown(example)}, and is taken for a category"
    return Decision("category", words, remark=remark)


def _slack(counts: Counts) -> float:
    """How far an approximate number of different values may be from the right one."""
    return 0.0 if counts.values is not None else 0.1
