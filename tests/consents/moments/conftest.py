"""The engine's book, and the panel's brand with its people."""

from tests.consents.engine.conftest import book, books
from tests.consents.panel.conftest import brand, officer, panel, record, staff_panel

__all__ = ["book", "books", "brand", "officer", "panel", "record", "staff_panel"]
