"""What all sections of a study file have in common, and the types of their entries."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from hpsearch.study.toml import CONTROL

#: The largest whole number that an entry may be, unless it says otherwise.
MOST = 100_000_000


def _printed(text: str) -> str:
    """Text that a terminal and a file can take; it may have several lines."""
    if CONTROL.search(text.replace("\n", "")):
        raise PydanticCustomError("rule", "must have no control characters")
    return text


Count = Annotated[int, Field(strict=True, ge=1, le=MOST)]

Text = Annotated[str, AfterValidator(_printed)]


class StudyTable(BaseModel):
    """A table of the study file: unknown keys are mistakes, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
