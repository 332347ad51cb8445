"""The model card: beside a saved model, of what was measured, never in place of another file."""

from dataclasses import replace
from pathlib import Path

from hpsearch.data.columns import Column
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.card import write_card
from hpsearch.tasks.regression import REGRESSION
from tests.outcomes import MakeOutcome

COLUMNS = (Column("age", "number"), Column("a|b", "category"), Column("day", "date"))


def with_model(outcome: Outcome) -> Outcome:
    """The same outcome of a table of several kinds, whose folder holds a model."""
    model = outcome.folder / "models" / "best.keras"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"")
    data = replace(outcome.data, columns=COLUMNS, classes=("no", "yes"))
    return replace(outcome, data=data)


def card_of(outcome: Outcome) -> str:
    path = write_card(outcome)
    assert path == outcome.folder / "models" / "best.md"
    return path.read_text(encoding="utf-8")


def test_the_card_tells_figures_columns_classes_and_calls(make_outcome: MakeOutcome) -> None:
    outcome = with_model(make_outcome())
    card = card_of(outcome)
    assert card.startswith("<!-- generator: hpsearch -->\n\n# The model of the study made\n")
    assert "trained on 10,000 others, of UCI HIGGS, first rows" in card
    assert r"| AUC | 0.7735 | \[0.7643, 0.7827\] |" in card
    assert "| `age` | `numbers` | the number; NaN is missing |" in card
    assert (
        "| `day` | `numbers` | days since 1970-01-01 with their fraction; NaN is missing |" in card
    )
    assert "The probability of 'yes'. A row is called 'yes' from 0.5000 on" in card
    assert "hpsearch predict made --data new.csv --output predictions.csv" in card
    assert "predict_on_batch(rows)" in card
    assert "Keras 3.8 and 3.15" in card
    assert card_of(outcome) == card


def test_a_model_of_numbers_takes_one_array(make_outcome: MakeOutcome) -> None:
    outcome = with_model(make_outcome())
    numbers = replace(outcome.data, columns=COLUMNS[:1])
    card = card_of(replace(outcome, data=numbers))
    assert 'rows = new[about["numbers"]].to_numpy("float64")' in card
    assert "JAX" in card


def test_numbers_are_told_in_the_digits_of_their_unit(make_outcome: MakeOutcome) -> None:
    made = with_model(make_outcome(task=REGRESSION))
    data = made.spec.data.model_copy(update={"label": "price (€)"})
    target = replace(made.data.target, deviation=1e5)
    outcome = replace(
        made,
        spec=made.spec.model_copy(update={"data": data}),
        data=replace(made.data, classes=(), target=target),
    )
    card = card_of(outcome)
    assert made.test is not None
    error = made.test.metrics["root_mean_squared_error"].value
    assert f"| root mean squared error in the target's unit | {error:,.0f} |" in card
    assert "'price (€)', in its own unit." in card


def test_without_a_model_or_a_test_there_is_no_card(make_outcome: MakeOutcome) -> None:
    assert write_card(make_outcome()) is None
    untested = with_model(make_outcome(test=False))
    assert write_card(untested) is None
    assert not (untested.folder / "models" / "best.md").exists()


def test_a_file_of_somebody_else_is_left(make_outcome: MakeOutcome) -> None:
    outcome = with_model(make_outcome())
    path: Path = outcome.folder / "models" / "best.md"
    path.write_text("mine")
    told: list[str] = []
    assert write_card(outcome, told.append) is None
    assert path.read_text() == "mine"
    assert "was not written by hpsearch and is left as it is" in told[0]
