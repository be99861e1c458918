"""Changes, reconciliation, dealers and push by the API."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from consents.models import ClosedDay, DayAgreement, DayFile
from tests.api.conftest import codes
from tests.api.test_consents import refuse_in_person

TODAY = "2026-11-20"


class TestReconciliation:
    @pytest.fixture
    def day_file(self, brand):
        content = b"creationDate,transactionId\n1,2\n"
        item = DayFile(
            brand=brand,
            day=TODAY,
            rows=1,
            size=len(content),
            sha384=hashlib.sha384(content).hexdigest(),
            first_sha384="0" * 96,
            made_at=timezone.now(),
            first_event=1,
            last_event=1,
        )
        item.file.save("day.csv", ContentFile(content), save=False)
        item.save()
        return item

    def test_the_file_its_hash_and_the_providers_word(self, program, day_file):
        path = f"agreements/{TODAY}"
        assert program.get(path).json() == {
            "processStatus": "completed",
            "hashValue": day_file.sha384,
            "hashMethod": "SHA-384",
            "agreementStatus": False,
        }
        answer = program.get(f"changes/{TODAY}/file")
        assert hashlib.sha384(b"".join(answer.streaming_content)).hexdigest() == day_file.sha384
        assert answer["Content-Type"].startswith("text/csv")
        for _again in range(2):
            assert program.put(path, {"agreementStatus": True}).json() == {"agreementCaptured": True}
        assert program.get(path).json()["agreementStatus"] is True
        assert DayAgreement.objects.get().sha384 == day_file.sha384

    def test_r_p7_a_suspended_provider_reads_its_days_and_agrees_with_none(self, program, day_file, suspend):
        suspend()
        answer = program.put(f"agreements/{TODAY}", {"agreementStatus": True})
        assert (answer.status_code, codes(answer)) == (403, ["H520"])
        assert program.get(f"agreements/{TODAY}").json()["agreementStatus"] is False

    def test_days_without_a_file(self, program):
        assert program.get(f"agreements/{TODAY}").json()["processStatus"] == "queued"
        ClosedDay.objects.create(day=TODAY, made_at=timezone.now(), files=0, rows=0)
        for path in (f"agreements/{TODAY}", f"changes/{TODAY}/file", f"agreements/{TODAY}/timestamp"):
            assert program.get(path).status_code == 204
        assert program.put(f"agreements/{TODAY}", {"agreementStatus": True}).status_code == 204

    def test_what_is_wrong_with_a_day(self, program, settings):
        for path in ("agreements/06.07.2020", "changes/2020-13-01/file", "changes/2020-1-1/recipients/BIREYSEL"):
            assert codes(program.get(path)) == ["H501"]
        assert codes(program.get(f"changes/{TODAY}/recipients/TACIRR")) == ["H116"]
        assert codes(program.put(f"agreements/{TODAY}", {"agreementStatus": False})) == ["H512"]
        settings.API_STRICT = True
        assert codes(program.get("agreements/2020-09-30")) == ["H502"]

    def test_numbers_are_counted_for_seven_days_only_and_within_a_limit(self, program, settings):
        today = timezone.localdate()
        path = "changes/{}/recipients/BIREYSEL"
        old = program.get(path.format(today - timedelta(days=8)))
        assert (old.status_code, codes(old)) == (422, ["H502"])
        settings.API_LIMITS = settings.API_LIMITS | {"history": (1, 3600)}
        for status in (200, 429):
            assert program.get(path.format(today - timedelta(days=7))).status_code == status

    def test_the_days_numbers(self, program, brand, entry):
        program.post("consents", entry())
        program.post("consents", entry("b@firma.example"))
        program.post("consents", entry("b@firma.example", status="RET", minutes=5))
        refuse_in_person(brand, "ad@firma.example")
        program.post("consents/request", [entry("c@firma.example")])
        today = timezone.localdate()
        stats = program.get(f"changes/{today}/recipients/BIREYSEL").json()["changeStats"]
        mail = next(one for one in stats if one["type"] == "EPOSTA")["consents"]
        assert mail == [
            {"source": "HS", "approval": 2, "rejection": 1, "pending": 1, "total": 4},
            {"source": "IYS", "approval": 0, "rejection": 1, "pending": 0, "total": 1},
        ]


class TestChanges:
    """The feed needs seals, which see committed rows only: see tests/consents/proof/test_feed.py for its order."""

    def test_nothing_new_is_204(self, program):
        assert program.get("consents/changes").status_code == 204
        assert program.get("consents/changes?").status_code == 204
        assert program.get("consents/changes?after=&limit=&source=").status_code == 204

    @pytest.mark.parametrize(
        "query, code",
        [
            ("source=SH", "H506"),
            ("limit=1500", "H507"),
            ("limit=0", "H182"),
            ("limit=x", "H182"),
            (f"limit={'9' * 5_000}", "H182"),
            ("after=!", "H182"),
        ],
    )
    def test_what_is_wrong(self, program, query, code):
        answer = program.get(f"consents/changes?{query}")
        assert (answer.status_code, codes(answer)) == (422, [code])
