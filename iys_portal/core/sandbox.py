"""Addresses that belong to nobody: the only ones that a sandbox takes, so that no person is in its records.

`sandbox.example` can never be registered (RFC 2606); numbers that begin with 0500 100 are given to nobody.
"""

MAIL_ENDING = "@sandbox.example"
PHONE_BEGIN = "+90500100"
