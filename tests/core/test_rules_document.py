"""`docs/rules.md` shows where each rule is kept and proven, and misses none."""

import re

import pytest
from django.core.management import CommandError, call_command

from iys_portal.core import rules_document
from tests.databases import ROOT

DOMAIN = ROOT.parent / "shared" / "domain.md"


def test_the_page_is_up_to_date():
    page = rules_document.render(rules_document.rules())
    assert rules_document.path().read_text(encoding="utf-8") == page, "run `manage.py document_rules`"


def test_every_rule_has_code_and_a_test():
    assert [f"{rule.number}: {rule.missing}" for rule in rules_document.rules() if rule.missing] == []


def test_no_rule_of_the_domain_is_left_out():
    known = {rule.number for rule in rules_document.rules()}
    asked = set(rules_document.NAMED.findall(DOMAIN.read_text(encoding="utf-8")))
    assert asked == known


def test_code_and_tests_cite_known_rules_only():
    known = {rule.number for rule in rules_document.rules()}
    for name, text in rules_document._texts(ROOT, (*rules_document.CODE, "tests")):
        assert set(rules_document.NAMED.findall(text)) <= known, name
        assert set(rules_document.proven(text)) <= known, name


def test_an_old_page_and_a_rule_without_a_test_fail_the_check(monkeypatch, tmp_path):
    found = [rule for rule in rules_document.rules() if rule.tests and rule.code]
    monkeypatch.setattr(rules_document, "rules", lambda: found)
    monkeypatch.setattr(rules_document, "path", lambda: tmp_path / "rules.md")
    with pytest.raises(CommandError, match="older"):
        call_command("document_rules", check=True)
    call_command("document_rules")
    call_command("document_rules", check=True)
    found[0].tests.clear()
    with pytest.raises(CommandError, match=re.escape(f"{found[0].number}: no test")):
        call_command("document_rules", check=True)
