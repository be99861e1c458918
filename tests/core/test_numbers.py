"""Numbers that come with addresses and forms."""

import pytest

from iys_portal.core.numbers import number_in, page_in


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("71", 71), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.0", " 1", "1e3", "x", "٣", "²", "9" * 19, "9" * 5000])
def test_what_is_none_or_too_large_is_as_if_not_given(text: str) -> None:
    assert number_in(text) is None
    assert page_in(text) == 1


def test_pages_count_from_one() -> None:
    assert [page_in(text) for text in ("0", "1", "12", "9999999")] == [1, 1, 12, 1]
