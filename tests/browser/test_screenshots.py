"""The README's pictures can be taken again from any finished study."""

import subprocess
import sys
from pathlib import Path

from matplotlib.image import imread

from tests.browser.pages import ink

ROOT = Path(__file__).parents[2]


def test_four_small_pictures_are_taken(study: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "docs.screenshots"]
    said = subprocess.run(
        [*command, "--folder", str(study), "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    pictures = {path.stem: path for path in tmp_path.iterdir()}
    assert pictures.keys() == {
        *("report", "dashboard"),
        *("tensorboard-table", "tensorboard-parallel"),
    }
    for picture in pictures.values():
        assert picture.stat().st_size < 250_000
        assert imread(picture).shape[1] in (1_000, 1_400)
        assert ink(picture.read_bytes()) > 0.02
