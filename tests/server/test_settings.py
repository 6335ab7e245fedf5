"""Settings from editors and from the environment."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from fastformula_server.settings import SETTINGS, Settings, Value, read_settings


def test_the_table_and_the_values_in_force_are_the_same() -> None:
    assert len(SETTINGS) == len(fields(Settings))
    assert read_settings(None, {}) == (Settings(), ())
    for setting in SETTINGS:
        assert setting.check(setting.default) == setting.default
        assert setting.description.endswith(".")


@pytest.mark.parametrize(
    "options",
    [
        {"completion": {"backend": "off", "debounceMilliseconds": 5}},
        {"completion.backend": "off", "completion.debounceMilliseconds": 5.0},
        {"fastformula": {"completion": {"backend": "off", "debounceMilliseconds": 5}}},
        {
            "fastformula.completion.backend": "off",
            "fastformula.completion.debounceMilliseconds": 5,
        },
        {"completion": {"backend": "off", "debounceMilliseconds": 5, "base": None}},
    ],
)
def test_every_shape_in_which_editors_send_settings(options: object) -> None:
    settings, problems = read_settings(options, {})
    assert problems == ()
    assert settings == Settings(backend="off", debounce_milliseconds=5)


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("FASTFORMULA_COMPLETION_BACKEND", "remote", "backend", "remote"),
        ("FASTFORMULA_COMPLETION_ENABLED", "No", "enabled", False),
        ("FASTFORMULA_COMPLETION_ENABLED", "1", "enabled", True),
        (
            "FASTFORMULA_COMPLETION_DEBOUNCE_MILLISECONDS",
            " 250 ",
            "debounce_milliseconds",
            250,
        ),
        ("FASTFORMULA_COMPLETION_ANSWERS", '["a", "b"]', "answers", ("a", "b")),
        ("FASTFORMULA_COMPLETION_ANSWERS", "l_pay * 2", "answers", ("l_pay * 2",)),
    ],
)
def test_the_environment_wins(
    variable: str, text: str, field: str, value: Value
) -> None:
    options = {"completion": {"backend": "off", "enabled": True, "answers": ["c"]}}
    settings, problems = read_settings(options, {variable: text})
    assert problems == ()
    assert getattr(settings, field) == value


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [
        (
            {"completion": {"backend": "gpt"}},
            {},
            "The setting fastformula.completion.backend should be one of embedded,"
            ' local, remote, fake, off, but is "gpt".',
        ),
        (
            {"completion": {"enabled": "yes"}},
            {},
            "The setting fastformula.completion.enabled should be true or false, but"
            ' is "yes".',
        ),
        (
            {"completion": {"debounceMilliseconds": -2}},
            {},
            "The setting fastformula.completion.debounceMilliseconds should be a whole"
            " number from -1 on, but is -2.",
        ),
        (
            {"completion": {"debounceMilliseconds": True}},
            {},
            "The setting fastformula.completion.debounceMilliseconds should be a whole"
            " number from -1 on, but is true.",
        ),
        (
            {"completion": {"answers": "x"}},
            {},
            "The setting fastformula.completion.answers should be a list of texts, but"
            ' is "x".',
        ),
        (
            {"completion": {"colour": 1}},
            {},
            "There is no setting fastformula.completion.colour.",
        ),
        (
            {"completion": "off"},
            {},
            "There is no setting fastformula.completion.",
        ),
        ([1], {}, "The settings should be an object, not [1]."),
        (
            {"fastformula": "off"},
            {},
            'The settings should be an object, not "off".',
        ),
        (
            {},
            {"FASTFORMULA_COMPLETION_DEBOUNCE_MILLISECONDS": "soon"},
            "The variable FASTFORMULA_COMPLETION_DEBOUNCE_MILLISECONDS should be a"
            ' whole number from -1 on, but is "soon".',
        ),
    ],
)
def test_what_is_wrong_is_said_and_left_at_its_default(
    options: object, environment: dict[str, str], said: str
) -> None:
    assert read_settings(options, environment) == (Settings(), (said,))


def test_one_wrong_value_does_not_cost_the_others() -> None:
    options = {"completion": {"backend": 5, "base": "x", "device": ["cpu"]}}
    settings, problems = read_settings(options, {})
    assert settings == Settings(base="x")
    assert len(problems) == 2


def test_the_models_get_every_value_they_have_a_field_for() -> None:
    options = {
        "completion": {
            "backend": "local",
            "base": "b",
            "adapter": "a",
            "endpoint": "e",
            "model": "m",
            "format": "f",
            "device": "cpu",
            "quantization": "int8",
            "answers": ["x"],
        }
    }
    settings, _ = read_settings(options, {})
    wanted = settings.backend_settings()
    assert (wanted.kind, wanted.base, wanted.adapter) == ("local", "b", "a")
    assert (wanted.endpoint, wanted.model, wanted.format) == ("e", "m", "f")
    assert (wanted.device, wanted.quantization) == ("cpu", "int8")
    assert wanted.answers == ("x",)


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"temperature": 0.7}, "temperature", 0.7),
        ({"temperature": 1}, "temperature", 1.0),
        ({"timeoutSeconds": 30.0}, "timeout_seconds", 30),
    ],
)
def test_numbers_are_whole_only_where_they_have_to_be(
    given: dict[str, object], field: str, value: Value
) -> None:
    settings, problems = read_settings({"completion": given}, {})
    assert problems == ()
    assert getattr(settings, field) == value
    assert type(getattr(settings, field)) is type(value)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"temperature": "hot"}, "a number from -1 on"),
        ({"temperature": True}, "a number from -1 on"),
        ({"temperature": float("nan")}, "a number from -1 on"),
        ({"topP": -2}, "a number from -1 on"),
        ({"timeoutSeconds": 1.5}, "a whole number from 1 on"),
        ({"timeoutSeconds": float("inf")}, "a whole number from 1 on"),
        ({"sampling": "wild"}, "one of deterministic, balanced, creative"),
    ],
)
def test_a_number_that_cannot_be_is_told(
    given: dict[str, object], problem: str
) -> None:
    settings, problems = read_settings({"completion": given}, {})
    assert settings == Settings()
    assert [problem in each for each in problems] == [True]


def test_the_environment_has_numbers_too() -> None:
    settings, problems = read_settings(
        {}, {"FASTFORMULA_COMPLETION_TOP_P": " 0.85 ", "FASTFORMULA_PRODUCT": "ebs"}
    )
    assert problems == ()
    assert settings.top_p == 0.85


def test_a_preset_is_what_single_values_are_taken_from() -> None:
    assert Settings().chosen_sampling() == (0.0, 1.0, 1.0)
    assert Settings(sampling="creative").chosen_sampling() == (0.9, 0.95, 1.1)
    changed = Settings(sampling="balanced", temperature=0.0, repetition_penalty=1.2)
    assert changed.chosen_sampling() == (0.0, 0.9, 1.2)


def test_choosing_among_adapters_that_are_loaded_opens_no_other_backend() -> None:
    adapters = ("payroll", "/models/absence")
    first, second = (
        Settings(backend="local", adapter=name, adapters=adapters) for name in adapters
    )
    assert first.backend_settings() == second.backend_settings()
    assert (first.chosen_adapter(), second.chosen_adapter()) == ("payroll", "absence")
    alone = Settings(backend="local", adapter="payroll")
    assert alone.backend_settings().adapter == "payroll"
    assert alone.chosen_adapter() == ""


def test_adapters_are_looked_for_in_the_project_and_then_in_the_users_data(
    tmp_path: Path,
) -> None:
    own = Settings().backend_settings().adapter_folders
    project = Settings().backend_settings(tmp_path).adapter_folders
    assert project == (str(tmp_path / ".fastformula" / "adapters"), *own)
