"""XLA's compiled programs on disk, shared by all workers and all runs on this kind of machine."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_cache_dir

#: The folder is trimmed to this when a run begins, the programs used longest ago first.
LARGEST_BYTES = 2**30


def program_cache(environment: Mapping[str, str]) -> Path:
    """The folder of compiled programs: in the user's cache, or below ``HPSEARCH_CACHE``.

    Its name holds TensorFlow's version and the processor's features, because a program runs only
    where it was compiled for. Made if it is not there, and trimmed.
    """
    root = Path(environment.get("HPSEARCH_CACHE") or user_cache_dir("hpsearch"))
    version = importlib.metadata.version("tensorflow")
    machine = hashlib.sha256(_features().encode()).hexdigest()[:12]
    folder = root / "programs" / f"tensorflow-{version}-{machine}"
    folder.mkdir(parents=True, exist_ok=True)
    _trim(folder)
    return folder


def _features() -> str:
    """What the processor can do, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() + platform.machine()
    told = ("flags", "Features", "model name", "model\t")
    return "\n".join(sorted({line for line in lines if line.startswith(told)}))


def _trim(folder: Path) -> None:
    files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)
    excess = sum(file.stat().st_size for file in files) - LARGEST_BYTES
    for file in files:
        if excess <= 0:
            return
        excess -= file.stat().st_size
        file.unlink(missing_ok=True)
