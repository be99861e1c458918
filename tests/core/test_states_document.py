"""`docs/states.md` shows what the tables of moves say."""

import io

import pytest
from django.core.management import CommandError, call_command

from iys_portal.core import states_document
from providers.transitions import ACCOUNT


def test_the_page_is_up_to_date():
    page = states_document.render(states_document.tables())
    assert states_document.path().read_text(encoding="utf-8") == page, "run `manage.py document_states`"


def test_every_table_and_move_is_on_it():
    tables = states_document.tables()
    assert {table.module for table in tables} >= {"providers.transitions", "consents.transitions"}
    page = states_document.render(tables)
    for table in tables:
        for move in table.workflow.transitions.values():
            assert f"`{move.verb}`" in page
            for source in move.sources:
                assert f"    {source.value} --> {(move.target or source).value}: {move.name}" in page


def test_an_old_page_fails_the_check(monkeypatch, tmp_path):
    monkeypatch.setattr(states_document, "path", lambda: tmp_path / "states.md")
    with pytest.raises(CommandError):
        call_command("document_states", check=True)
    call_command("document_states", stdout=io.StringIO())
    call_command("document_states", check=True)
    monkeypatch.delitem(ACCOUNT.transitions, "close")
    with pytest.raises(CommandError):
        call_command("document_states", check=True)
