"""A ledger that is sealed at once, in a database of its own: what is counted is what is sealed."""

from tests.consents.proof.conftest import brand, small

__all__ = ["brand", "small"]
