"""Results on the test rows, each kept under what was measured.

A study whose ``[evaluate]`` is changed measures other models; changed back, it has the earlier
result, and the test rows stay closed. A result is a fact of its own, so that damage to one leaves
the others.
"""

import hashlib
import json
from typing import Any

from hpsearch.record.record import Record

#: The fact with the name of the result that the study has at present.
PRESENT = "test"


def measured_result(record: Record, identity: list[Any]) -> dict[str, Any] | None:
    """The result of what was measured before, or None where just this was not.

    Args:
        identity: What is measured, as JSON has it.

    Raises:
        RecordError: If the result is not as it was written.
    """
    fact: dict[str, Any] | None = record.fact(_name(identity), None)
    return None if fact is None else fact["result"]


def present_result(record: Record) -> dict[str, Any] | None:
    """The result that was kept or chosen last, or None before the first."""
    name = record.fact(PRESENT, None)
    fact: dict[str, Any] | None = None if name is None else record.fact(name, None)
    return None if fact is None else fact["result"]


def keep_result(record: Record, identity: list[Any], result: dict[str, Any]) -> None:
    """Write a result down, beside those of other identities, as the present one."""
    record.set_fact(_name(identity), {"identity": identity, "result": result})
    record.set_fact(PRESENT, _name(identity))


def choose_result(record: Record, identity: list[Any]) -> None:
    """Make a result that was measured before the present one."""
    if record.fact(PRESENT, None) != _name(identity):
        record.set_fact(PRESENT, _name(identity))


def _name(identity: list[Any]) -> str:
    """The name of a result's fact: ``test 3f2a…``."""
    return f"test {hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]}"
