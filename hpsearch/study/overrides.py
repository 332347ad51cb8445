"""The entries that a command line puts over a study file: ``--set section.key=value``."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hpsearch.errors import Mistake, shown
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.study.toml import CONTROL, DEEPEST, loads, parse

_PLACE = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")


def override(
    tables: dict[str, Any], entries: Sequence[str], short_forms: Mapping[str, str]
) -> list[Mistake]:
    """Put entries into the tables of a study file, in place, and return their mistakes.

    A whole table comes before its entries, so that the order on the command line does not matter:
    ``search.sampler.startup_trials=5`` and ``search.sampler=tpe`` go together.

    Args:
        entries: ``section.key=value``, values in TOML; a bare word is text.
        short_forms: Places where text stands for a table, with the key of that text in the table.
    """
    ordered = sorted(entries, key=lambda entry: entry.partition("=")[0].count("."))
    mistakes = [mistake for entry in ordered for mistake in _override(tables, entry, short_forms)]
    _replace_rivals(tables, {entry.partition("=")[0].strip(" \t") for entry in entries})
    return mistakes


def _replace_rivals(tables: Mapping[str, Any], places: set[str]) -> None:
    """Where a study has one thing or another, what the command line says takes the file's place.

    A hyperparameter is fixed in its section or searched in ``[space]``; rows validate as a part or
    in turn.
    """
    given = {tuple(place.split(".")[:2]) for place in places}
    for name, hyperparameter in HYPERPARAMETERS.items():
        sections = (hyperparameter.section, "space")
        for section, other in (sections, sections[::-1]):
            rival = tables.get(other) if (section, name) in given else None
            if isinstance(rival, dict) and (other, name) not in given:
                rival.pop(name, None)
    data = tables.get("data")
    if not isinstance(data, dict):
        return
    if "data.folds" in places and data.get("folds") != 1 and "data.validation" not in places:
        data.pop("validation", None)
    elif "data.validation" in places and "data.folds" not in places:
        data.pop("folds", None)
        data.pop("repeats", None)


def _override(
    tables: dict[str, Any], entry: str, short_forms: Mapping[str, str]
) -> Iterator[Mistake]:
    """Put one entry into the tables, or say why it does not fit."""
    place, equals, text = entry.partition("=")
    place, text = place.strip(" \t"), text.strip(" \t")
    path = place.split(".")
    if not equals or not _PLACE.fullmatch(place) or len(path) > DEEPEST:
        yield Mistake(f"--set {entry}", "must look like section.key=value")
        return
    if CONTROL.search(text):
        rule = "must be one line of text without control characters"
        yield Mistake(f"--set {place}", f"{rule}, got {shown(text)}")
        return
    table: Any = tables
    for depth, key in enumerate(path[:-1], 1):
        short_form = short_forms.get(".".join(path[:depth]))
        if short_form and isinstance(table.get(key), str):
            table[key] = {short_form: table[key]}
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            yield Mistake(f"--set {place}", f"{shown(key)} is not a table but {shown(table)}")
            return
    try:
        # A bare word may look like a long key, and what is in no bracket nests nothing.
        read = parse if text.startswith(("[", "{")) else loads
        table[path[-1]] = read(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        table[path[-1]] = text
    except ValueError as error:
        yield Mistake(f"--set {place}", str(error).removesuffix(" (at line 1)"))
