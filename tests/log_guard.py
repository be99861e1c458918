"""Personal data in logs, over the whole test run (R-G4): every record is looked through as it is written.

A pytest plugin (`addopts`). The test during which a line with an address, a phone, an identity number or a sign-in code
was logged fails and shows the line; what comes after the last test fails the run.
"""

import logging
import re
import traceback
from collections.abc import Iterator

import pytest
from stdnum.tr import tckimlik

ADDRESS = re.compile(r"[\w.%+'-]+@(?:[\w-]+\.)+[a-z]{2,}", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w.])\+?(?:90|0)?5\d{9}(?!\w)")
IDENTITY = re.compile(r"(?<![\w.])\d{11}(?!\w)")
# Six digits that stand alone, as a person would read a code; numbers of rows follow a "=".
CODE = re.compile(r"(?<![\w.=:/-])\d{6}(?![\w.:/-])")


class LogGuard(logging.Handler):
    """Keeps the lines that hold personal data. Source lines of tracebacks are code, not data: they are left out."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: list[str] = []
        self.looked_at = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.looked_at += 1
        text = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        while error is not None:
            text += "\n" + "".join(traceback.format_exception_only(error))
            error = error.__cause__ or error.__context__
        if personal(text):
            self.found.append(f"{record.name}: {text.strip()}")


def personal(text: str) -> bool:
    return bool(
        ADDRESS.search(text)
        or PHONE.search(text)
        or CODE.search(text)
        or any(tckimlik.is_valid(number) for number in IDENTITY.findall(text))
    )


GUARD = LogGuard()


def pytest_configure(config: pytest.Config) -> None:
    logging.getLogger().addHandler(GUARD)


@pytest.fixture(autouse=True)
def no_personal_data_in_logs() -> Iterator[None]:
    yield
    found, GUARD.found = GUARD.found, []
    assert not found, "personal data in the log (R-G4)"


def pytest_sessionfinish(session: pytest.Session) -> None:
    if GUARD.found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print("personal data in the log (R-G4):", *GUARD.found, sep="\n  ")  # noqa: T201
