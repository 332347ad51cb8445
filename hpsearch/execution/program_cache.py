"""XLA's compiled programs on disk, shared by all workers and all runs on this kind of machine."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path

from hpsearch.files import cache_folder, can_be_written, trim

#: The folder is trimmed to this when a run begins, the programs compiled longest ago first.
LARGEST_BYTES = 2**30


def program_cache(environment: Mapping[str, str]) -> Path | None:
    """The folder of compiled programs, or None where there can be none: every run compiles then.

    Its name holds TensorFlow's version and the processor's features, because a program runs only
    where it was compiled for. Made if it is not there, and trimmed. There is none where the user
    has no home, or where it can't be made or written to: a file in the way, a read-only disk.
    """
    cache = cache_folder(environment)
    if cache is None:
        return None
    version = importlib.metadata.version("tensorflow")
    machine = hashlib.sha256(_features().encode()).hexdigest()[:12]
    folder = cache / "programs" / f"tensorflow-{version}-{machine}"
    if not can_be_written(folder):
        return None
    trim(folder, LARGEST_BYTES)
    return folder


def _features() -> str:
    """What the processor can do, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() + platform.machine()
    prefixes = ("flags", "Features", "model name", "model\t")
    return "\n".join(sorted({line for line in lines if line.startswith(prefixes)}))
