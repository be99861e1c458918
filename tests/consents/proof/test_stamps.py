"""Time stamps of seals (R-L2) against a real authority: what is believed, what is not, and that sealing goes on."""

import base64
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.enums import StampProblem
from consents.models import LedgerSeal, SealStamp, StampPace
from consents.proof.publish import content_of
from consents.proof.stamps import request_for, trusted_roots
from consents.services import stamps
from consents.services.stamps import stamp_newest
from consents.services.verification import verify_ledger
from tests.factories import BrandFactory
from tests.urls.steps import browser_in_role

from .conftest import seal_all
from .tsa import Authority, Server

People = Callable[..., None]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


def use(settings: Any, server: Server) -> None:
    settings.TIMESTAMP_URL = server.url
    settings.TIMESTAMP_ROOTS = str(server.authority.roots)


@pytest.fixture
def tsa(authority: Authority, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server(authority) as server:
        use(settings, server)
        yield server


@pytest.fixture
def sealed(people: People) -> LedgerSeal:
    people("ayse", "fatma")
    seal_all()
    seal = LedgerSeal.objects.first()
    assert seal is not None
    return seal


def stamp_later(minutes: int = 2) -> SealStamp | None:
    return stamp_newest(now=timezone.now() + timedelta(minutes=minutes))


def problem() -> int | None:
    return StampPace.objects.get().problem


def test_r_l2_the_newest_seal_is_stamped_and_dates_the_chain(sealed: LedgerSeal, tsa: Server, tmp_path: Path) -> None:
    stamp = stamp_newest(now=timezone.now())
    assert stamp is not None
    assert (stamp.seal_number, stamp.authority) == (sealed.number, "Deneme Zaman Damgası")
    assert (stamp.policy, stamp.hash_algorithm) == ("1.3.6.1.4.1.99999.1", "2.16.840.1.101.3.4.2.1")
    result = verify_ledger()
    assert result.whole
    assert result.as_json()["dated"] == {"stamps": 1, "upto": sealed.number, "at": stamp.stamped_at.isoformat()}
    token = tmp_path / "muhur.tsr"
    token.write_bytes(bytes(SealStamp.objects.get().answer))
    said = subprocess.run(
        ["openssl", "ts", "-verify", "-digest", sealed.hash_hex, "-in", token, "-CAfile", tsa.authority.roots],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verification: OK" in said.stdout + said.stderr


def test_off_without_an_address(sealed: LedgerSeal, tsa: Server, settings: Any) -> None:
    settings.TIMESTAMP_URL = ""
    assert stamp_newest(now=timezone.now()) is None
    assert not tsa.asked
    assert not SealStamp.objects.exists()


def test_a_seal_is_stamped_once_and_the_next_after_the_interval(
    sealed: LedgerSeal, tsa: Server, people: People
) -> None:
    now = timezone.now()
    assert stamp_newest(now=now)
    assert stamp_newest(now=now + timedelta(hours=1)) is None, "nothing new"
    people("zeynep")
    seal_all()
    assert stamp_newest(now=now + timedelta(seconds=30)) is None, "too soon"
    assert stamp_newest(now=now + timedelta(seconds=61))
    assert SealStamp.objects.count() == len(tsa.asked) == 2


def test_the_account_is_sent_where_there_is_one(sealed: LedgerSeal, tsa: Server, settings: Any) -> None:
    settings.TIMESTAMP_USER, settings.TIMESTAMP_PASSWORD = "kurum", "şifre"
    assert stamp_newest(now=timezone.now())
    assert tsa.authorization[0].startswith("Basic ")


def test_the_wanted_policy_must_be_named(sealed: LedgerSeal, tsa: Server, settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "STAMP_POLICY": "1.2.3.4"}
    assert stamp_newest(now=timezone.now()) is None
    assert problem() == StampProblem.UNTRUSTED


def rejection() -> bytes:
    """PKIStatusInfo with status 2 and no token."""
    return bytes.fromhex("30053003020102")


def another_query(canonical: bytes) -> bytes:
    return request_for(canonical).as_bytes()


WRONG: dict[str, tuple[Callable[[Server, LedgerSeal], Any], StampProblem]] = {
    "another nonce": (
        lambda tsa, seal: lambda _q: (200, tsa.authority.reply(another_query(content_of(seal).canonical))),
        StampProblem.UNTRUSTED,
    ),
    "another imprint": (
        lambda tsa, _seal: lambda q: (200, tsa.authority.reply(another_imprint(q))),
        StampProblem.UNTRUSTED,
    ),
    "garbage": (lambda *_: lambda _q: (200, b"<html>no</html>"), StampProblem.UNREADABLE),
    "nothing": (lambda *_: lambda _q: (200, b""), StampProblem.UNREADABLE),
    "endless": (lambda *_: lambda _q: (200, b"0" * 200_000), StampProblem.UNREADABLE),
    "an error": (lambda *_: lambda _q: (500, b""), StampProblem.UNREACHABLE),
    "no entry": (lambda *_: lambda _q: (401, b""), StampProblem.REFUSED),
    "a rejection": (lambda *_: lambda _q: (200, rejection()), StampProblem.REFUSED),
    "cut": (lambda tsa, _seal: lambda q: (200, tsa.authority.reply(q)[:-40]), StampProblem.UNREADABLE),
    "a touched signature": (
        lambda tsa, _seal: lambda q: (200, flipped(tsa.authority.reply(q))),
        StampProblem.UNTRUSTED,
    ),
}


def another_imprint(query: bytes) -> bytes:
    """The same query, nonce and all, about other bytes: the 32 bytes after the octet string's header are the hash."""
    at = query.index(b"\x04\x20") + 2
    return query[:at] + bytes(32) + query[at + 32 :]


def flipped(answer: bytes) -> bytes:
    return answer[:-10] + bytes([answer[-10] ^ 1]) + answer[-9:]


@pytest.mark.parametrize("what", list(WRONG))
def test_r_l2_an_answer_that_does_not_hold_is_not_kept(sealed: LedgerSeal, tsa: Server, what: str) -> None:
    make, expected = WRONG[what]
    tsa.answer = make(tsa, sealed)
    assert stamp_newest(now=timezone.now()) is None
    assert problem() == expected
    assert not SealStamp.objects.exists()


@pytest.mark.parametrize(
    "how", [{"usage": ExtendedKeyUsageOID.CODE_SIGNING}, {"until": -1}], ids=["no stamper", "expired"]
)
def test_r_l2_a_certificate_that_may_not_stamp_is_not_believed(
    sealed: LedgerSeal, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server(Authority(tmp_path, **how)) as server:
        use(settings, server)
        assert stamp_newest(now=timezone.now()) is None
        assert server.asked
    assert problem() == StampProblem.UNTRUSTED


def test_r_l2_an_unknown_root_is_not_believed(sealed: LedgerSeal, tsa: Server, tmp_path: Path, settings: Any) -> None:
    settings.TIMESTAMP_ROOTS = str(Authority(tmp_path / "other").roots)
    assert stamp_newest(now=timezone.now()) is None
    assert problem() == StampProblem.UNTRUSTED


def test_down_then_up_and_seals_go_on(sealed: LedgerSeal, tsa: Server, people: People, settings: Any) -> None:
    settings.TIMESTAMP_URL = "http://127.0.0.1:1/"
    assert stamp_newest(now=timezone.now()) is None
    assert problem() == StampProblem.UNREACHABLE
    people("zeynep")
    assert seal_all().events == 1
    use(settings, tsa)
    assert stamp_newest(now=timezone.now()) is None, "not again at once"
    stamp = stamp_later()
    assert stamp is not None
    assert stamp.seal_number == sealed.number + 1
    pace = StampPace.objects.get()
    assert (pace.failures, pace.problem, pace.failing_since) == (0, None, None)


def test_an_authority_that_is_too_slow_is_given_up(
    sealed: LedgerSeal, tsa: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "TIMEOUT", (1, 0.2))
    tsa.answer = tsa.slow
    assert stamp_newest(now=timezone.now()) is None
    assert problem() == StampProblem.UNREACHABLE


def test_two_at_once_ask_once(sealed: LedgerSeal, tsa: Server) -> None:
    now = timezone.now()
    inner: list[SealStamp | None] = []

    def meanwhile(query: bytes) -> tuple[int, bytes]:
        from django.db import connection

        inner.append(stamp_newest(now=now))
        connection.close()
        return tsa.good(query)

    tsa.answer = meanwhile
    assert stamp_newest(now=now) is not None
    assert inner == [None]
    assert len(tsa.asked) == 1


@pytest.fixture
def stamped_twice(sealed: LedgerSeal, tsa: Server, people: People) -> list[SealStamp]:
    stamp_newest(now=timezone.now())
    people("zeynep")
    seal_all()
    stamp_later()
    return list(SealStamp.objects.order_by("seal_number"))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE consents_sealstamp a SET answer = b.answer FROM consents_sealstamp b"
        " WHERE a.seal_number <> b.seal_number",
        "UPDATE consents_sealstamp SET stamped_at = stamped_at - interval '1 day'",
        "UPDATE consents_sealstamp SET seal_number = seal_number + 100",
    ],
    ids=["swapped", "another moment", "no such seal"],
)
def test_r_l2_a_touched_stamp_is_found(stamped_twice: list[SealStamp], committed_db: str, sql: str) -> None:
    assert verify_ledger().whole
    with owner_of(committed_db) as owner:
        owner.execute("ALTER TABLE consents_sealstamp DISABLE TRIGGER USER")
        owner.execute(sql)
    flaws = verify_ledger().flaws
    assert {flaw.kind for flaw in flaws} == {"stamp"}
    assert len(flaws) == 2


def test_r_l2_a_seal_that_is_younger_than_its_stamp_is_a_flaw(stamped_twice: list[SealStamp], settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "STAMP_CLOCK_DIFFERENCE": timedelta(hours=-1)}
    assert [flaw.kind for flaw in verify_ledger().flaws] == ["stamp", "stamp"]


def test_r_l1_stamps_are_append_only(stamped_twice: list[SealStamp]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        SealStamp.objects.update(serial="1")


@pytest.mark.parametrize("place", ["", "/nowhere"])
def test_roots_that_cannot_be_read_are_said(settings: Any, place: str) -> None:
    settings.TIMESTAMP_ROOTS = place
    with pytest.raises(ImproperlyConfigured):
        trusted_roots()


def owner_of(database: str) -> psycopg.Connection:
    from django.conf import settings

    access = settings.DATABASES["owner"]
    return psycopg.connect(
        host=access["HOST"], port=access["PORT"] or None, user=access["USER"], password=access["PASSWORD"] or None,
        dbname=database, autocommit=True,
    )  # fmt: skip


def test_r_l3_the_page_offers_the_token_and_the_files_carry_it(stamped_twice: list[SealStamp]) -> None:
    visitor = Client()
    page = visitor.get(reverse("consents:seals")).content.decode()
    for stamp in stamped_twice:
        token = visitor.get(reverse("consents:seal_stamp", args=[stamp.seal_number]))
        assert token.content == bytes(stamp.answer)
        assert reverse("consents:seal_stamp", args=[stamp.seal_number]) in page
        kept = visitor.get(reverse("consents:seal", args=[stamp.seal_number])).json()
        assert base64.b64decode(kept["stamp"]["answer"]) == bytes(stamp.answer)
        assert kept["stamp"]["hash"] == kept["hash"]
    assert visitor.get(reverse("consents:seal_stamp", args=[99])).status_code == 404


def test_a_seal_between_stamps_is_dated_by_the_next(sealed: LedgerSeal, tsa: Server, people: People) -> None:
    assert Client().get(reverse("consents:seal", args=[sealed.number])).json()["stamp"] is None
    people("zeynep")
    seal_all()
    stamp_newest(now=timezone.now())
    assert Client().get(reverse("consents:seal", args=[sealed.number])).json()["stamp"]["seal"] == sealed.number + 1


def test_auditors_see_that_stamps_are_late_and_nobody_else(sealed: LedgerSeal, tsa: Server, settings: Any) -> None:
    tsa.answer = lambda _query: (500, b"")
    stamp_newest(now=timezone.now() - timedelta(hours=1))
    auditor = browser_in_role("auditor", BrandFactory(is_main=True))
    assert auditor.get(reverse("consents:seals")).context["late"].failures == 1
    assert "late" not in Client().get(reverse("consents:seals")).context
    tsa.answer = tsa.good
    stamp_later()
    assert auditor.get(reverse("consents:seals")).context["late"] is None
