"""Queries before sending: a brand with its people, and records that stand."""

from tests.consents.panel.conftest import brand, officer, panel, record, staff_panel  # noqa: F401
