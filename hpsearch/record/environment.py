"""What the bits of a result may depend on besides the study and the rows: versions and hardware."""

import importlib.metadata
import os
import platform
from collections.abc import Mapping
from pathlib import Path

from hpsearch.processes import ENVIRONMENT

PACKAGES = ("hpsearch", "tensorflow", "keras", "optuna", "numpy", "scikit-learn", "keras-tuner")

#: Of the environment: what makes another kind of processor, on which bits can't be promised.
HARDWARE = ("system", "processor", "vector instructions")

#: Switches of XLA and of TensorFlow's kernels that a user may have set.
SWITCHES = ("XLA_FLAGS", "TF_ENABLE_ONEDNN_OPTS")

#: Beginnings of the processor's features that decide which instructions XLA and oneDNN choose.
_VECTOR = ("sse", "ssse", "avx", "fma", "f16c", "amx", "bmi", "asimd", "sve")


def environment() -> dict[str, str]:
    """Versions, hardware, switches and threads, in words; imports none of the packages."""
    processor, features = _processor()
    switches = {name: ENVIRONMENT.get(name) or os.environ.get(name) for name in SWITCHES}
    return {
        "python": platform.python_version(),
        **{package: _version(package) for package in PACKAGES},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor,
        "vector instructions": features,
        **{name: value or "not set" for name, value in switches.items()},
        "threads of a worker": ENVIRONMENT["TF_NUM_INTRAOP_THREADS"],
    }


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """What differs between a recorded environment and this one, by name, in words."""
    return {
        name: f"{before.get(name, 'not recorded')}, here {now.get(name, 'not recorded')}"
        for name in {**before, **now}
        if before.get(name) != now.get(name)
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _processor() -> tuple[str, str]:
    """The processor's name and its vector instructions, where the system tells them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    pairs = (line.partition(":") for line in lines)
    fields = {name.strip(): value.strip() for name, _, value in pairs}
    features = fields.get("flags", fields.get("Features", "")).split()
    vector = " ".join(sorted(feature for feature in features if feature.startswith(_VECTOR)))
    return fields.get("model name") or platform.processor() or "unknown", vector or "unknown"
