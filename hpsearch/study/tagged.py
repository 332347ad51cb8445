"""Tables whose ``name`` says which options they have: ``[search.sampler]``, ``[search.pruner]``.

A bare name stands for the table with that name and every option at its default; a table without a
name is one of the default's. An entry of such a kind is declared as

    Sampler = Annotated[Tpe | Random, Field(discriminator="name"), Tagged("tpe")]

where each member of the union is a ``StudyTable`` with its ``name`` as a ``Literal``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import GetCoreSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from hpsearch.study.section import StudyTable

#: The key that tells one table from another.
NAME = "name"


@dataclass(frozen=True, slots=True)
class Tagged:
    """Marks an entry that is a table with a name; ``default`` is the name where none is given."""

    default: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read the short form before pydantic sees the table."""
        return core_schema.no_info_before_validator_function(self._table, handler(source))

    def _table(self, entry: Any) -> Any:
        match entry:
            case str():
                return {NAME: entry}
            case Mapping():
                return {NAME: self.default, **entry}
            case StudyTable():
                return entry
        raise PydanticCustomError("rule", "must be a name, or a table of a name and its options")


def tagged(section: type[StudyTable]) -> dict[str, dict[str, type[StudyTable]]]:
    """The tagged entries of a section: the models of each, by name."""
    return {
        key: {_name(model): model for model in get_args(field.annotation)}
        for key, field in section.model_fields.items()
        if _is_tagged(field)
    }


def spread_options(section: type[StudyTable], entries: Mapping[str, Any]) -> Mapping[str, Any]:
    """Entries of a section with options that stand beside its tables put into these.

    ``startup_trials`` in ``[search]`` goes to the sampler and to the pruner, to each that has such
    an option and does not set it itself. What none of them has stays, and is a mistake.
    """
    spread, taken = dict(entries), set()
    for key, models in tagged(section).items():
        default = section.model_fields[key].default.name
        table = entries.get(key, default)
        table = {NAME: table} if isinstance(table, str) else table
        name = table.get(NAME, default) if isinstance(table, Mapping) else None
        model = models.get(name) if isinstance(name, str) else None
        own = set(model.model_fields) - {NAME} if model else set()
        if options := own & set(entries):
            spread[key] = {**{option: entries[option] for option in options}, **table}
            taken |= options
    return {key: entry for key, entry in spread.items() if key not in taken}


def _is_tagged(field: FieldInfo) -> bool:
    return any(isinstance(mark, Tagged) for mark in field.metadata)


def _name(model: type[StudyTable]) -> str:
    (name,) = get_args(model.model_fields[NAME].annotation)
    return str(name)
