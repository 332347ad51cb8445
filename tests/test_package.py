"""What an installed package brings with it."""

from importlib.resources import files


def test_type_checkers_are_told_that_the_package_is_typed() -> None:
    assert (files("hpsearch") / "py.typed").is_file()
