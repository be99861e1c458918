"""Trees (R-L2): the shape of RFC 6962, and proofs that hold for their own leaf only."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consents.proof import merkle

leaves = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70, unique=True)


def by_recursion(level: list[bytes]) -> bytes:
    """RFC 6962 2.1, word for word."""
    if len(level) == 1:
        return level[0]
    split = 1 << (len(level) - 1).bit_length() - 1
    return merkle.node(by_recursion(level[:split]), by_recursion(level[split:]))


def test_an_empty_tree() -> None:
    assert merkle.root_of(b"") == hashlib.sha256(b"").digest()


@given(leaves)
def test_r_l2_the_tree_is_that_of_rfc_6962(level: list[bytes]) -> None:
    assert merkle.root_of(b"".join(level)) == by_recursion(level)


@given(leaves, st.data())
def test_r_l3_a_path_leads_to_the_root(level: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(level) - 1))
    path = merkle.path_of(level, index)
    assert merkle.root_by(level[index], path) == merkle.root_of(b"".join(level))
    other = data.draw(st.integers(0, len(level) - 1).filter(lambda n: n != index)) if len(level) > 1 else None
    if other is not None:
        assert merkle.root_by(level[other], path) != merkle.root_of(b"".join(level))


@pytest.mark.parametrize("index", [-1, 3])
def test_no_path_outside_the_tree(index: int) -> None:
    with pytest.raises(IndexError):
        merkle.path_of([bytes(32)] * 3, index)
