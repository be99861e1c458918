"""Addresses that belong to nobody: the only ones that a sandbox takes, so that no person is in its records.

`sandbox.example` can never be registered (RFC 2606); numbers that begin with 0500 100 are given to nobody.
"""

MAIL_ENDING = "@sandbox.example"
PHONE_BEGIN = "+90500100"


def is_sandbox_address(address: str) -> bool:
    """Whether an address, as it is stored, is one to try with."""
    return address.endswith(MAIL_ENDING) or address.startswith(PHONE_BEGIN)
