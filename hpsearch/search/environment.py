"""What a result may depend on besides the study and the rows: versions and hardware."""

import importlib.metadata
import platform
from pathlib import Path

PACKAGES = ("hpsearch", "tensorflow", "keras", "optuna", "numpy", "scikit-learn", "keras-tuner")


def environment() -> dict[str, str]:
    """Versions and hardware in words; imports none of the packages."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "python": platform.python_version(),
        **versions,
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
    }


def _processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
