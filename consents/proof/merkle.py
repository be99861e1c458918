"""Merkle trees over leaves of 32 bytes (R-L2), in the shape of RFC 6962 (Certificate Transparency).

A node is SHA-256(0x00 ‖ left ‖ right). Leaves begin with their form's number, which is never 0, so a node cannot pass
for a leaf. A tree of n leaves splits at the largest power of two below n; an empty tree's root is SHA-256 of nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

NODE = b"\x00"
EMPTY = hashlib.sha256(b"").digest()
SIZE = 32


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def root_of(packed: bytes) -> bytes:
    """The root over packed leaves (32 bytes each) in their order.

    Level by level, an odd last one moves up as it is: this gives the same tree as RFC 6962's recursion.
    """
    if not packed:
        return EMPTY
    sha256, level = hashlib.sha256, packed
    while len(level) > SIZE:
        paired = len(level) - len(level) % (2 * SIZE)
        above = [sha256(NODE + level[at : at + 2 * SIZE]).digest() for at in range(0, paired, 2 * SIZE)]
        level = b"".join(above) + level[paired:]
    return level


@dataclass(frozen=True)
class Step:
    """One sibling on the way from a leaf to the root, and the side on which it stands."""

    hash: bytes
    left: bool


def path_of(leaves: Sequence[bytes], index: int) -> list[Step]:
    """The siblings that prove a leaf (RFC 6962 2.1.1), from the leaf upwards. Raises IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    level, steps = list(leaves), []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            steps.append(Step(level[sibling], left=sibling < index))
        above = [node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        if len(level) % 2:
            above.append(level[-1])
        level, index = above, index // 2
    return steps


def root_by(leaf: bytes, steps: Sequence[Step]) -> bytes:
    """The root that a leaf and its path lead to; equal to the seal's root where the leaf stands under it."""
    value = leaf
    for step in steps:
        value = node(step.hash, value) if step.left else node(value, step.hash)
    return value


def split(packed: bytes) -> list[bytes]:
    """Packed leaves, one by one."""
    return [packed[at : at + SIZE] for at in range(0, len(packed), SIZE)]
