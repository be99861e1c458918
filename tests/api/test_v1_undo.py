"""What one key wrote in a time is taken back (R-L6)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consents.models import Consent, ConsentEvent, KeyUndo, Notice
from consents.services import key_undo, webhook_feed
from iys_portal.core.models import AuditEntry

from .conftest import V1, Program
from .test_consents import refuse_in_person
from .test_v1 import codes, consent

ONAY, RET, IPTAL = 1, 2, 3


@pytest.fixture(autouse=True)
def final(monkeypatch, settings):
    """The ledger of one open transaction counts as final; when it is, test_v1_races.py shows."""
    settings.REGISTRY = {**settings.REGISTRY, "UNDO_SETTLE": timedelta(0)}
    monkeypatch.setattr(webhook_feed, "advance", lambda: webhook_feed.given()[0])
    monkeypatch.setattr(webhook_feed, "passed", lambda horizon: True)


def statuses(brand):
    return {row.recipient.partition("@")[0]: row.status for row in Consent.objects.filter(brand_id=brand.pk)}


def take_back(v1, bad, **more):
    body = {"key": bad.key.username, "since": (timezone.now() - timedelta(hours=1)).isoformat(), "reason": "Çalındı"}
    answer = v1.post("undos", {**body, **more})
    if answer.status_code == 202:
        key_undo.undo(KeyUndo.objects.latest("pk").job_id)
        return v1.get(f"undos/{answer.json()['id']}").json()
    return answer


def test_r_l6_what_a_key_wrote_goes_back_and_refusals_stay(v1, bad, brand, monkeypatch):
    monkeypatch.setattr("consents.engine.undo_key.CHUNK", 2)
    for name in ("degisen", "reddeden", "eski-red", "araya-giren"):
        v1.post("consents", consent(f"{name}@firma.example", minutes=600))
    v1.post("consents", consent("eski-red@firma.example", status="RET", minutes=500))
    wrote = {
        "yeni": "ONAY", "degisen": "ONAY", "eski-red": "ONAY", "yeni-iki": "ONAY", "araya-giren": "ONAY",
    }  # fmt: skip
    for name, status in wrote.items():
        assert bad.post("consents", consent(f"{name}@firma.example", status=status, minutes=100)).status_code == 200
    bad.post("consents", consent("reddeden@firma.example", status="RET", minutes=90))
    bad.post("consents", consent("yeni-iki@firma.example", status="RET", minutes=80))
    refuse_in_person(brand, "araya-giren@firma.example")
    v1.post("consents", consent("baskasi@firma.example"))
    before = ConsentEvent.objects.count()
    told = take_back(v1, bad)
    assert (told["state"], told["undone"], told["changed_since"]) == ("done", 3, 1)
    assert (told["refusals_left"], told["would_approve"]) == (1, 1)
    assert statuses(brand) == {
        "yeni": IPTAL, "degisen": ONAY, "eski-red": RET, "yeni-iki": RET, "reddeden": RET, "araya-giren": RET,
        "baskasi": ONAY,
    }  # fmt: skip
    assert ConsentEvent.objects.count() == before + 3, "nothing is deleted"
    # A second time nothing of it is left, but what was left alone.
    again = take_back(v1, bad, include_refusals=True)
    assert (again["undone"], again["would_approve"]) == (1, 1)
    assert statuses(brand)["yeni-iki"] == IPTAL
    assert statuses(brand)["reddeden"] == RET, "never an approval"
    assert AuditEntry.objects.filter(verb="key.undone", target_id=str(bad.key.pk)).count() == 2


def test_r_l6_a_refusal_between_two_writes_of_the_key_comes_back(v1, bad, brand):
    v1.post("consents", consent(minutes=600))
    bad.post("consents", consent(minutes=500))
    v1.post("consents", consent(status="RET", minutes=400))
    bad.post("consents", consent(minutes=300))
    assert statuses(brand) == {"ad": ONAY}
    assert take_back(v1, bad)["undone"] == 1
    assert statuses(brand) == {"ad": RET}, "the former run of the key is not gone back over"


def test_r_l6_notices_that_wait_are_called_off(v1, bad):
    bad.post("consents", consent())
    assert Notice.objects.get().state == 1
    take_back(v1, bad)
    assert Notice.objects.get().state == 8


def test_r_l6_a_batch_of_the_key_that_waits_is_waited_for(v1, bad, brand, entry, worked):
    batch = Program(brand, bad.token).post("consents/request", [entry("bekleyen@firma.example")])
    assert batch.status_code == 202
    told = take_back(v1, bad)
    assert (told["state"], told["undone"]) == ("queued", 0)
    worked(batch)
    assert statuses(brand) == {"bekleyen": ONAY}
    job = KeyUndo.objects.get().job_id
    key_undo.undo(job)
    told = v1.get(f"undos/{told['id']}").json()
    assert (told["state"], told["undone"], statuses(brand)) == ("done", 1, {"bekleyen": IPTAL})


def test_who_may_not_undo_and_what_may_not_be_undone(v1, bad, brand, make):
    bad.post("consents", consent())
    long_ago = (timezone.now() - timedelta(hours=25)).isoformat()
    assert codes(take_back(v1, bad, since=long_ago)) == ["undo-window"]
    assert take_back(v1, bad, key="yok").status_code == 404
    part = V1(brand).sign_in(make(channels=(3,)))
    assert codes(take_back(part, bad)) == ["undo"]
    brand.provider.state = "suspended"
    brand.provider.save()
    refused = take_back(v1, bad)
    assert (refused.status_code, codes(refused)) == (403, ["H520"])
    assert not KeyUndo.objects.exists()
    assert statuses(brand) == {"ad": ONAY}
