"""One flipped bit, or worse, in any file of a study: the same result, or a message."""

import random
import shutil
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hpsearch.data.kept import kept_rows, read_kept_rows
from hpsearch.evaluation.reading import read_outcome
from hpsearch.listing.status import status_of
from hpsearch.record.folder import read_folder
from hpsearch.report.report import report_values
from tests.attack.damage import Damage, Restored, any_damage, symptom
from tests.attack.doubled import RUNS, begin, compared, go_on
from tests.attack.scale import amount
from tests.attack.studies import kept, optimize, run

#: Files of a real study that are read, and how many times each kind is damaged.
READ = {
    "curves/*.npz": amount(24, 1_200),
    "rows.parquet": amount(24, 1_500),
    "study.db": amount(40, 1_200),
    "study.toml": amount(24, 700),
    "openings.log": amount(12, 300),
    "models/best.keras": amount(4, 100),
}

#: Rounds of damage to a study that goes on; a round damages every file of its kind, some 5 each.
GO_ON = {
    "curves/*.npz": amount(8, 500),
    "checkpoints/*.npz": amount(8, 500),
    "study.db": amount(24, 700),
    "study.toml": amount(12, 300),
}

#: The damage is dealt out over these, so that they run beside each other.
SHARES = 4


class Reader:
    """Everything that can be read of a real study, before damage and after."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._histories = self._read_histories()
        self._values = self._read()

    def compare(self, kind: str) -> str:
        """What is not as it was, other than that damaged curves count as not there."""
        if kind.startswith("curves"):
            histories = self._read_histories()
            changed = [
                run
                for run, (length, curve) in histories.items()
                if length and curve != self._histories[run][1]
            ]
            self._read()
            return f"other epochs of {changed}" if changed else ""
        found = self._read()
        changed = [name for name, value in self._values.items() if found[name] != value]
        return f"other {changed}" if changed else ""

    def rows(self) -> str:
        """What is wrong with the rows; damaged ones count as not there."""
        table = kept_rows(self._folder / "rows.parquet")
        if table is None:
            return ""
        now = (table.fingerprint(), table.names, table.origin)
        return "" if now == self._values["rows"] else "other rows"

    def _read(self) -> dict[str, Any]:
        with read_folder(self._folder) as folder:
            status = status_of(folder)
            table = kept_rows(self._folder / "rows.parquet")
            return {
                "rows": table and (table.fingerprint(), table.names, table.origin),
                "trials": folder.record.trials(),
                "data": folder.data(),
                "environments": folder.environments(),
                "spec": folder.spec.as_toml(),
                "status": status,
                "report": report_values(read_outcome(folder)),
            }

    def _read_histories(self) -> dict[str, tuple[int, bytes]]:
        with read_folder(self._folder) as folder:
            runs = [path.stem for path in self._folder.glob("curves/*.npz")]
            histories = {run: folder.files.history(run) for run in runs}
        return {run: (len(one), one.curve.values.tobytes()) for run, one in histories.items()}


def told(complaints: list[tuple[str, Damage, str]], rounds: int) -> str:
    """Complaints counted by kind, and one of each to see."""
    counts = Counter((kind, damage.how, said[:60]) for kind, damage, said in complaints)
    lines = [f"  {count:>4}  {' | '.join(about)}" for about, count in counts.most_common()]
    return "\n".join((f"{len(complaints)} of {rounds} broke it", *lines))


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", READ)
def test_what_is_read_of_a_damaged_folder_is_the_same_or_a_message(
    through: Path, tmp_path: Path, kind: str, share: int
) -> None:
    for name in ("study.db", "study.toml", "rows.parquet", "openings.log"):
        if (through / name).exists():
            shutil.copy(through / name, tmp_path)
    for name in ("curves", "models"):
        shutil.copytree(through / name, tmp_path / name)
    reader, restored = Reader(tmp_path), Restored(tmp_path)
    files = restored.files(kind)
    assert files, f"there is no {kind}"
    rng = random.Random(f"{kind} {share}")
    complaints = []
    rounds = READ[kind] // SHARES
    for _ in range(rounds):
        path = rng.choice(files)
        damage = any_damage(rng, path)
        damage.do(path)
        attempt = reader.rows if kind == "rows.parquet" else partial(reader.compare, kind)
        if said := symptom(attempt):
            complaints.append((kind, damage, said))
        restored.restore()
    assert not complaints, told(complaints, rounds)


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", GO_ON)
def test_a_damaged_study_goes_on_to_the_same_end_or_says_why_not(
    tmp_path: Path, kind: str, share: int
) -> None:
    finished, trained, begun = (tmp_path / name for name in ("finished", "trained", "begun"))
    go_on(finished)
    expected = compared(finished)
    assert {path.stem for path in finished.glob("curves/*.npz")} == set(RUNS)
    go_on(trained, drop=False)
    begin(begun, lambda: bool(list(begun.glob("curves/*.npz"))))
    with_states = [Restored(begun), Restored(trained)]
    folders = with_states if kind.startswith("check") else [*with_states, Restored(finished)]
    rng = random.Random(f"{kind} {share}")
    complaints = []
    rounds = GO_ON[kind] // SHARES
    for number in range(rounds):
        restored = folders[number % len(folders)]
        files = restored.files(kind)
        assert files
        for path in files:
            damage = any_damage(rng, path)
            damage.do(path)
        if said := symptom(partial(end, restored.path, expected)):
            complaints.append((kind, damage, said))
        restored.restore()
    assert not complaints, told(complaints, rounds)


def end(path: Path, expected: dict[str, Any]) -> str:
    """Go on to the end; what is other than in a study that nobody damaged."""
    go_on(path)
    found = compared(path)
    changed = [name for name, value in expected.items() if found[name] != value]
    return f"other {changed}" if changed else ""


@pytest.mark.parametrize("seed", range(amount(1, 20)))
def test_a_real_study_with_damage_in_every_kind_of_file_is_healed_or_told(
    study: Path, through: Path, expected: dict[str, Any], tmp_path: Path, seed: int
) -> None:
    out = tmp_path / "run"
    shutil.copytree(through, out)
    rng = random.Random(seed)
    kinds = rng.sample(["curves/*.npz", "rows.parquet", "models/best.keras"], 2)
    kinds += [[], ["study.db"], ["study.toml"], ["openings.log"]][seed % 4]
    for kind in kinds:
        for path in rng.sample(files := sorted(out.glob(kind)), min(2, len(files))):
            any_damage(rng, path).do(path)
    done = run(optimize(study, out, "--quiet"))
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1, 2), done.stderr
    if done.returncode == 0:
        found = kept(out)
        # The test rows may have to be opened again, which the report tells.
        assert {**found, "report": None} == {**expected, "report": None}
    else:
        assert done.stderr.splitlines()[-1].strip()


def test_an_empty_study_file_is_told_or_healed(through: Path, tmp_path: Path) -> None:
    for name in ("study.db", "rows.parquet"):
        shutil.copy(through / name, tmp_path)
    (tmp_path / "study.toml").write_bytes(b"")
    assert len(read_kept_rows(tmp_path / "rows.parquet")) == 400

    def read() -> str:
        with read_folder(tmp_path) as folder:
            return "" if folder.spec.study.name == "tiny" else "another study"

    assert symptom(read) == ""
