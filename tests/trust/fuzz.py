"""What the fuzzing tests share: broken copies of whole samples, and the claim that nothing crashes or hangs.

Each target runs twice: dozens of examples, always the same, in `make test`; thousands, new each time, in `make soak`.
"""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SECONDS = 5
"""Longer than this is a hang (issue 10)."""

NASTY = (
    b"", b"\x00", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n\r\n", b'"', b'""""',
    b";", b",", b"\t", b"\xc4\xb0", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"=?utf-8?B?//8=?=", b"=?x?Q?=FF?=",
    b"sep=;\n", b"9" * 40, b"-1", b"1e999", b"5,32E+09", b"%%EOF", b"endobj", b"<<", b">>", b"[" * 60, b"(" * 60,
    b"/Parent 1 0 R", b"stream\n", b"PK\x03\x04", b"PK\x05\x06", b"../../x", b"A" * 5_000, b"<a" * 200,
    b"Content-Type: multipart/mixed; boundary=x\n\n--x\n", b"Content-Transfer-Encoding: base64\n",
    b"&#x110000;", b"&" * 100, b"\x1b$B",
)  # fmt: skip

Edit = tuple[str, float, float, bytes]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(("put", "over", "cut", "double", "flip", "end")),
        st.floats(0, 1, exclude_max=True),
        st.floats(0, 1, exclude_max=True),
        st.one_of(st.sampled_from(NASTY), st.binary(max_size=12)),
    ),
    min_size=1,
    max_size=6,
)


class Hang(BaseException):
    """Not an `Exception`: the code under test must not catch it."""


@contextmanager
def bounded() -> Iterator[None]:
    def late(*_signal: Any) -> None:
        raise Hang(f"longer than {SECONDS} s")

    former = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def broken(samples: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Copies of samples with bytes put in, written over, cut, doubled, flipped; now and then bytes of no sample."""
    edited = st.builds(_edited, st.sampled_from(samples), EDITS)
    return st.one_of(edited, edited, edited, st.binary(max_size=300))


def _edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    for kind, at, length, payload in edits:
        start = int(at * len(data))
        end = min(len(data), start + 1 + int(length * length * 400))
        if kind == "put":
            data = data[:start] + payload + data[start:]
        elif kind == "over":
            data = data[:start] + payload + data[start + len(payload) :]
        elif kind == "cut":
            data = data[:start] + data[end:]
        elif kind == "double":
            data = data[:end] + data[start:end] + data[end:]
        elif kind == "flip" and start < len(data):
            data = data[:start] + bytes([data[start] ^ (payload or b"\x01")[0]]) + data[start + 1 :]
        elif kind == "end":
            data = data[:start]
    return data


def both(quick: int, long: int) -> pytest.MarkDecorator:
    """A test's argument `examples`: few in every run, many in `make soak`."""
    return pytest.mark.parametrize(
        "examples", [quick, pytest.param(long, marks=pytest.mark.soak)], ids=["quick", "long"]
    )


def run(examples: int, given_: st.SearchStrategy[Any], check: Callable[[Any], None]) -> None:
    """Call `check` for so many examples. What fails is made small and shown by Hypothesis."""
    quick = examples <= 200

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=quick,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(example=given_)
    def each(example: Any) -> None:
        with bounded():
            check(example)

    each()
