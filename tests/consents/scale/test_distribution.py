"""Every key and foreign key obeys the rules of Citus, so that the way past one machine stays open (docs/scale.md)."""

from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections

from consents.distribution import DISTRIBUTED, REFERENCE, UNDISTRIBUTED, statements
from consents.selectors.distribution import flaws


@pytest.fixture
def owned(committed_db: str) -> Iterator[Callable[..., list[str]]]:
    """`owned(sql)`: what breaks the rules after a statement of the owner, in a database of its own."""
    owner = connections["owner"]
    owner.close()
    former, owner.settings_dict["NAME"] = owner.settings_dict["NAME"], committed_db

    def after(sql: str = "") -> list[str]:
        with owner.cursor() as cursor:
            if sql:
                cursor.execute(sql)
            return list(flaws(cursor))

    try:
        yield after
    finally:
        owner.close()
        owner.settings_dict["NAME"] = former


def test_the_tables_can_be_distributed_and_every_broken_rule_is_named(owned: Callable[..., list[str]]) -> None:
    assert owned() == []
    broken = {
        "CREATE UNIQUE INDEX one ON consents_consent (event_id)": "consents_consent: the unique index one does not",
        "ALTER TABLE consents_consent ADD CONSTRAINT two FOREIGN KEY (text_version_id) REFERENCES"
        " consents_consenttext (id)": "two leads to consents_consenttext, which stands on the coordinator",
        "ALTER TABLE consents_consent ADD UNIQUE (recipient, event_id); ALTER TABLE consents_notice ADD CONSTRAINT"
        " three FOREIGN KEY (recipient, event_id) REFERENCES consents_consent (recipient, event_id)": "three leads to",
        "ALTER TABLE providers_brand ADD more bigint CONSTRAINT four REFERENCES core_job (id)": "four leads from a",
        "CREATE TRIGGER five BEFORE DELETE ON consents_consent EXECUTE FUNCTION core_refuse_change()": "trigger five",
        "DROP TRIGGER consents_consentevent_append_only ON consents_consentevent": "append_only is not there",
        "ALTER TABLE consents_consent ADD six serial": "six is numbered",
        "CREATE TABLE seven (recipient text)": "seven: holds recipient and is neither",
        "ALTER TABLE consents_legalhold RENAME recipient TO eight": "consents_legalhold: is listed and holds no",
    }
    seen: list[str] = []
    for sql, sentence in broken.items():
        now = owned(sql)
        new = [flaw for flaw in now if flaw not in seen]
        assert len(new) == 1, (sql, new)
        assert sentence in new[0]
        seen = now


def test_a_key_between_distributed_tables_holds_the_recipient(owned: Callable[..., list[str]]) -> None:
    key = "FOREIGN KEY (recipient, brand_id, channel, recipient_type) REFERENCES consents_consent"
    assert owned(f"ALTER TABLE consents_consentevent ADD CONSTRAINT good {key}") == []
    swapped = key.replace(
        "(recipient, brand_id, channel, recipient_type)", "(other, brand_id, channel, recipient_type)"
    )
    found = owned(f'ALTER TABLE consents_consentevent ADD other varchar COLLATE "C", ADD CONSTRAINT bad {swapped}')
    assert found == ["consents_consentevent: bad leads to consents_consent without recipient"]


def test_the_lists_name_tables_once_and_say_why() -> None:
    tables = {model._meta.db_table for model in apps.get_models()}
    named = [*DISTRIBUTED, *REFERENCE, *UNDISTRIBUTED]
    assert len(set(named)) == len(named)
    assert set(named) <= tables
    assert all(reason.endswith(".") for reason in UNDISTRIBUTED.values())


def test_the_command_prints_its_statements(owned: Callable[..., list[str]]) -> None:
    out = StringIO()
    call_command("distribute_tables", "--dry-run", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines == [f"{statement};" for statement in statements()]
    assert sum("create_distributed_table" in line for line in lines) == len(DISTRIBUTED)
    assert sum("colocate_with => 'consents_consentevent'" in line for line in lines) == len(DISTRIBUTED) - 1


def test_the_command_says_what_is_missing_and_fails(owned: Callable[..., list[str]]) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="Citus is missing"):
        call_command("distribute_tables", stdout=out)
    assert out.getvalue() == ""
    owned("CREATE UNIQUE INDEX one ON consents_consent (event_id)")
    with pytest.raises(CommandError, match="break the rules"):
        call_command("distribute_tables", "--dry-run", stdout=out)
