"""Files that are stored only if their rows come to stay."""

from collections.abc import Callable

import pytest

from iys_portal.core.storage import only_if_written


@pytest.mark.django_db
def test_a_block_hands_its_files_to_the_one_around_it():
    gone: list[str] = []

    def store(name: str, *, fails: bool = False, inside: Callable[[], None] = lambda: None) -> None:
        with only_if_written() as drops:
            drops.append(lambda: gone.append(name))
            inside()
            if fails:
                raise OSError(name)

    def within() -> None:
        store("inner")
        with pytest.raises(OSError, match="second"):
            store("second", fails=True)
        assert gone == ["second"]

    with pytest.raises(OSError, match="outer"):
        store("outer", fails=True, inside=within)
    assert gone == ["second", "outer", "inner"]
    store("alone")
    assert gone == ["second", "outer", "inner"]
