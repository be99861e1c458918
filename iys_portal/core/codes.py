"""Numbers that people read out and type: a prefix of three letters, and random digits in groups of four."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U. Each digit carries five bits."""
GROUP = 4
_READ_AS = str.maketrans("ILO", "110", " -")


def new_code(prefix: str, *, digits: int) -> str:
    """A number that nobody can guess, such as `KNT-7QF2-M9XW-0A1B-CDEF` with 16 digits."""
    return _spelt(prefix, "".join(secrets.choice(ALPHABET) for _ in range(digits)))


def read_code(text: str, *, digits: int, prefix: str = "") -> str:
    """What somebody typed or pasted, in its usual spelling; letters that look like digits are read so.

    With `prefix`, the number may be typed without it; otherwise the first three letters are one. Digits past
    `digits` and four are dropped, so that a number that is too long stays wrong and short.
    """
    text = text.strip().upper().replace("İ", "I")
    known, code = (prefix, text.removeprefix(prefix)) if prefix else (text[:3], text[3:])
    return _spelt(known, code.translate(_READ_AS)[: digits + GROUP])


def _spelt(prefix: str, code: str) -> str:
    return "-".join((prefix, *(code[at : at + GROUP] for at in range(0, len(code), GROUP))))
