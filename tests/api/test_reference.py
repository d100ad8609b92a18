"""docs/reference/api.md names every operation and every error of the door, and nothing that is not there."""

import inspect
import json
import re
from pathlib import Path

from django.test import Client

from camket.api import errors, status
from camket.api.keys import GREATEST_BODY
from camket.store.errors import UnavailableError

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text("utf-8")


def test_every_operation_stands_in_the_reference() -> None:
    paths = json.loads(Client().get("/api/v1/openapi.json").content)["paths"]
    real = {
        (operation["operationId"], verb.upper(), path)
        for path, verbs in paths.items()
        for verb, operation in verbs.items()
    }
    told = set(re.findall(r"^\| `(\w+)` \| (GET|POST) `([^`]+)` \|", PAGE, re.MULTILINE))
    assert told == real


def test_every_code_of_the_door_stands_with_its_status() -> None:
    listed = {
        (int(number), code)
        for number, codes in re.findall(r"^\| (\d{3}) \| ([^|]+) \|", PAGE, re.MULTILINE)
        for code in re.findall(r"`([^`]+)`", codes)
    }
    door = {
        (made.status, made.code)
        for make in (
            errors.unauthorized,
            errors.not_found,
            errors.unknown_person,
            errors.refused,
            errors.malformed,
            errors.method_not_allowed,
            lambda: errors.too_large(GREATEST_BODY),
            errors.length_required,
            lambda: errors.too_many(1),
            errors.unsupported_type,
            errors.failed,
        )
        for made in [make()]
    }
    faults = {(422, code) for code, _, _ in (*errors._FAULTS.values(), errors._INVALID)}
    rooms = {(number, code) for code, number in status._BY_CODE.items() if code != "no-such-log"}
    away = {(status.UNAVAILABLE, kind().code) for kind in UnavailableError.__subclasses__()}
    assert listed == door | faults | rooms | away
    assert "256 KiB" in PAGE
    assert GREATEST_BODY == 256 * 1024


def test_every_maker_of_door_errors_is_walked() -> None:
    makers = {
        name
        for name, made in inspect.getmembers(errors, inspect.isfunction)
        if "DoorError" in str(inspect.signature(made))
    }
    assert makers == {
        "failed",
        "invalid",
        "length_required",
        "malformed",
        "method_not_allowed",
        "not_found",
        "refused",
        "too_large",
        "too_many",
        "unauthorized",
        "unknown_person",
        "unsupported_type",
    }
