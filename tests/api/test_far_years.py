"""A year out of reach is told in a sentence, wherever a date comes in: never a fault of ours (R-C5 to R-C7)."""

import pytest

from consents.import_downloads import result_rows
from consents.models import Consent, ConsentEvent
from consents.services import import_runs
from tests.factories import officer_of

from .conftest import Program
from .test_v1 import consent, rows

FAR = ("0001-01-01", "9999-12-31")
SENTENCES = {
    "tr": "1900 ile 2200 arasında bir yıl beklenir.",
    "en": "A year between 1900 and 2200 is expected.",
}


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("day", FAR)
def test_r_c5_a_consents_year_out_of_reach_is_told(v1, day, language):
    v1.language = language
    for zone in ("+14:00", "Z", "-12:00"):
        answer = v1.post("consents", consent(consent_date=f"{day}T12:00:00{zone}"))
        assert answer.status_code == 422, answer.content
        (error,) = answer.json()["errors"]
        assert (error["code"], error["pointer"]) == ("year_out_of_reach", "#/consent_date")
        assert error["detail"] == SENTENCES[language]
    assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize("day", FAR)
def test_other_moments_of_a_call_are_judged_alike(v1, day):
    moment = f"{day}T12:00:00+03:00"
    message = {"channel": "EPOSTA", "subject": "İndirim", "text": "Gel", "planned_at": moment}
    undo = {"key": "ad", "since": moment, "reason": "Çalındı"}
    for path, body in (("messages", message), ("undos", undo)):
        answer = v1.post(path, body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "year_out_of_reach"), path


@pytest.mark.parametrize(("at", "code"), [
    ("0001-01-03 00:00:00", "H157"), ("1000-01-01 00:00:00", "H156"), ("2999-12-31 23:59:59", "H162"),
    ("9999-12-31 23:59:59", "H157"),
])  # fmt: skip
def test_r_c6_r_c7_the_compatible_call_names_the_rule(v1, brand, entry, at, code):
    program = Program(brand, v1.token, language="tr")
    answer = program.post("consents", entry(consentDate=at))
    assert answer.status_code in (400, 422), answer.content
    assert answer.json()["errors"][0]["code"] == code
    batch = program.post("consents/request", [entry(consentDate=at)])
    assert (batch.status_code, batch.json()["errors"][0]["code"]) == (422, code)
    assert not Consent.objects.exists()


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize("path", [
    "changes/{day}/recipients/BIREYSEL", "changes/{day}/file", "agreements/{day}", "agreements/{day}/timestamp",
])  # fmt: skip
def test_a_day_out_of_reach_has_no_numbers(v1, brand, day, path):
    answer = Program(brand, v1.token).get(path.format(day=day))
    assert answer.status_code in (200, 204, 422), answer.content


def test_r_c5_a_files_year_out_of_reach_is_told_by_its_line(brand, tmp_path):
    path = tmp_path / "izin.csv"
    dates = ("0001-01-01 00:00:00", "0001-01-03 00:00:00", "9999-12-31 23:59:59", "9999-12-31T23:59:59-12:00")
    path.write_text(rows(*[consent(f"ad{n}@firma.example", consent_date=at) for n, at in enumerate(dates)]))
    actor = officer_of(brand, role="manager")
    item = import_runs.load_file(actor=actor, brand=brand, path=path, apply_it=True)
    found = [row[2] for row in list(result_rows(item))[1:]]
    assert found == ["H157", "H156", "H162", "H157"]
    assert all(row[3] for row in list(result_rows(item))[1:])
    assert not Consent.objects.exists()
