"""Whatever is typed is a study or a mistake: generated study files and ``--set`` entries.

``HPSEARCH_ATTACK=all`` tries many more of them.
"""

import os
import random
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hpsearch.cli import app
from hpsearch.errors import StudyFileError, UsageError
from hpsearch.study.reading import check_study, read_study
from hpsearch.study.spec import StudySpec
from tests.attack.typed import PLACES, TABLES, WRONG_PLACES, Typed, mutated

EVERYTHING = os.environ.get("HPSEARCH_ATTACK") == "all"
BOUNDED = settings(
    max_examples=3_000 if EVERYTHING else 150,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def read(folder: Path, content: bytes, overrides: Sequence[str]) -> StudySpec | str:
    """The study that was typed, or the message that refuses it; all else is an error."""
    path = folder / "typed.toml"
    path.write_bytes(content)
    try:
        spec = read_study(path, overrides)
    except (StudyFileError, UsageError) as error:
        return str(error)
    written = spec.as_toml()
    again = check_study(tomllib.loads(written.encode().decode()), "again.toml")
    assert again.as_toml() == written
    assert again.space == spec.space
    return spec


def check(outcome: StudySpec | str) -> None:
    """A message can be read: only lines of printable text, none of them very long."""
    if isinstance(outcome, str):
        lines = outcome.splitlines()
        assert len(lines) <= 102
        assert all(line.isprintable() and len(line) <= 500 for line in lines)
        assert outcome.split("\n") == lines


def test_a_thousand_seeded_studies_are_read_or_refused(tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(20_000 if EVERYTHING else 1_000):
        typed = mutated(random.Random(seed))
        outcome = read(tmp_path, typed.file, typed.overrides)
        check(outcome)
        outcomes["refused" if isinstance(outcome, str) else "read"] += 1
    assert min(outcomes["read"], outcomes["refused"]) >= 10, "the generator makes both kinds"


@BOUNDED
@given(typed=st.randoms(use_true_random=False).map(mutated))
def test_generated_studies_are_read_or_refused(tmp_path: Path, typed: Typed) -> None:
    check(read(tmp_path, typed.file, typed.overrides))


texts = st.text(st.characters(), max_size=20)
places = st.sampled_from([*PLACES, *WRONG_PLACES]) | st.builds(
    "{}.{}".format, st.sampled_from(TABLES), texts
)
entries = st.builds("{}={}".format, places, texts) | texts


@BOUNDED
@given(overrides=st.lists(entries, min_size=1, max_size=4))
def test_any_overrides_are_read_or_refused(tmp_path: Path, overrides: list[str]) -> None:
    check(read(tmp_path, b'[study]\nname = "x"\n[space]\nunits = { int = [4, 8] }\n', overrides))


@BOUNDED
@given(content=st.binary(max_size=100) | texts.map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    check(read(tmp_path, content, []))


@pytest.mark.parametrize("seed", range(2_000, 2_020))
def test_the_command_line_says_it_and_exits_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seed: int,
) -> None:
    typed = mutated(random.Random(seed))
    path = tmp_path / "typed.toml"
    path.write_bytes(typed.file)
    sets = [word for entry in typed.overrides for word in ("--set", entry)]
    monkeypatch.setattr(sys, "argv", ["hpsearch", "validate", str(path), *sets])
    with pytest.raises(SystemExit) as ended:
        app.main()
    refused = isinstance(read(tmp_path, typed.file, typed.overrides), str)
    assert ended.value.code == (2 if refused else 0)
    said = capsys.readouterr()
    assert said.err.startswith("hpsearch: ") == refused
    assert bool(said.out) != refused
