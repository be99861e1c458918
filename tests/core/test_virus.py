"""R-P5: uploads are looked through by clamd; what is not looked through is not taken."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from iys_portal.core.refused_files import FileRefused
from iys_portal.core.uploads import judge_scan
from iys_portal.core.virus import BLOCK, require_clean
from tests.consents.evidence.papers import pdf

from .clam import EICAR, Clamd


def refused(data: bytes) -> str:
    with pytest.raises(FileRefused) as refusal:
        require_clean(data)
    assert refusal.value.message and refusal.value.advice
    return refusal.value.code


@pytest.mark.parametrize("by_path", [False, True])
def test_r_p5_a_clean_file_passes_and_a_harmful_one_does_not(settings: Any, tmp_path: Path, by_path: bool) -> None:
    with Clamd(tmp_path / "clamd" if by_path else None) as scanner:
        settings.CLAMAV_ADDRESS = scanner.address
        clean = pdf() + b"0" * (3 * BLOCK)
        require_clean(clean)
        assert scanner.streams == [clean]
        assert refused(b"x" * BLOCK + EICAR) == "scan-virus"


def test_r_p5_the_judge_of_uploads_asks_the_scanner(settings: Any) -> None:
    with Clamd(answer=b"stream: Anything FOUND\0") as scanner:
        settings.CLAMAV_ADDRESS = scanner.address
        with pytest.raises(FileRefused) as refusal:
            judge_scan(pdf())
        assert refusal.value.code == "scan-virus"


@pytest.mark.parametrize("answer", [b"\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK and more\0"])
def test_r_p5_an_unclear_answer_is_no_answer(settings: Any, answer: bytes) -> None:
    with Clamd(answer=answer) as scanner:
        settings.CLAMAV_ADDRESS = scanner.address
        assert refused(pdf()) == "scan-unchecked"


def test_r_p5_a_scanner_that_stops_reading_is_no_answer(settings: Any) -> None:
    with Clamd(most=BLOCK) as scanner:
        settings.CLAMAV_ADDRESS = scanner.address
        assert refused(b"0" * (200 * BLOCK)) == "scan-unchecked"


def test_r_p5_a_scanner_that_is_down_is_said(settings: Any, tmp_path: Path) -> None:
    for address in (f"unix:{tmp_path}/nobody", "tcp://127.0.0.1:9"):
        settings.CLAMAV_ADDRESS = address
        assert refused(pdf()) == "scan-unchecked"


def test_an_address_of_another_form_is_a_mistake_of_the_installation(settings: Any) -> None:
    settings.CLAMAV_ADDRESS = "localhost:3310"
    with pytest.raises(ImproperlyConfigured):
        require_clean(pdf())


def test_without_an_address_nobody_is_asked(settings: Any) -> None:
    settings.CLAMAV_ADDRESS = ""
    require_clean(EICAR)
