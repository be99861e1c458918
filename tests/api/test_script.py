"""The script of the documentation sends the sample list as it stands (docs/api/send_list.py)."""

import io
import runpy
import sys

import time_machine

from consents.models import ApiBatch, Consent, ConsentEvent
from consents.services.api_batches import work_batch
from tests import databases

SCRIPT = databases.ROOT / "docs" / "api" / "send_list.py"


def test_headerless_goes_in_with_the_documented_script(brand, make, program, samples, as_of, monkeypatch, capsys):
    made = make(("record",))
    path = samples(rows=500) / "headerless.csv"

    def answer(request):
        headers = {"authorization": request.get_header("Authorization")}
        address = request.full_url.removeprefix("https://iys.example")
        found = program.client.generic(
            request.get_method(), address, request.data or b"", content_type="application/json", headers=headers
        )
        assert found.status_code in (200, 202), found.content
        for batch in ApiBatch.objects.filter(worked_at=None):
            work_batch(batch.pk)
        return io.BytesIO(found.content)

    monkeypatch.setattr("urllib.request.urlopen", answer)
    code = str(brand.brand_code)
    monkeypatch.setattr(
        sys, "argv", ["x", "https://iys.example", code, code, made.key.username, made.secret, str(path)]
    )
    with time_machine.travel(as_of, tick=False):
        runpy.run_path(str(SCRIPT))
    said = dict(line.split() for line in capsys.readouterr().out.splitlines())
    written = ConsentEvent.objects.count()
    assert int(said["success"]) >= written > 300
    assert Consent.objects.count() > 300
    assert sum(int(count) for count in said.values()) == 500
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 30
