"""Numbers that people read out and type."""

import re

import pytest

from iys_portal.core.codes import ALPHABET, new_code, read_code


@pytest.mark.parametrize("digits", [8, 16])
def test_a_new_number_is_read_as_it_was_written(digits: int) -> None:
    number = new_code("DEN", digits=digits)
    assert re.fullmatch(rf"DEN(-[{ALPHABET}]{{4}}){{{digits // 4}}}", number)
    assert read_code(number, digits=digits) == read_code(number, digits=digits, prefix="DEN") == number
    assert new_code("DEN", digits=digits) != number


@pytest.mark.parametrize("typed", ["bsv-1o1l-abcd", " BSV 101L ABCD ", "101labcd", "BSVıoiLabcd", "bsv-İ0il-abcd"])
def test_a_typed_number_gets_its_usual_spelling(typed: str) -> None:
    assert read_code(typed, digits=8, prefix="BSV") == "BSV-1011-ABCD"


def test_a_number_that_is_too_long_stays_wrong() -> None:
    assert read_code("BSV-1011-ABCD-EFGH-JKMN", digits=8, prefix="BSV") == "BSV-1011-ABCD-EFGH"
