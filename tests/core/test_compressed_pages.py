"""Pages go out compressed; what is no page goes out as it is."""

import gzip

import pytest
from django.http import FileResponse, HttpResponse, JsonResponse
from django.test import Client, RequestFactory

from iys_portal.core.middleware import CompressedPagesMiddleware

TEXT = "Kimse izinsiz aramasın. " * 200
ASKED = RequestFactory().get("/", headers={"accept-encoding": "gzip, br"})


@pytest.mark.django_db
def test_a_page_is_compressed_for_who_asks_for_it(client: Client) -> None:
    plain = client.get("/accounts/login/")
    packed = client.get("/accounts/login/", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert b"<title>" in gzip.decompress(packed.content)
    assert len(packed.content) < len(plain.content) / 2


def test_a_secret_is_not_told_by_the_length_of_a_page() -> None:
    packed = CompressedPagesMiddleware(lambda _request: HttpResponse(TEXT))
    assert len({len(packed(ASKED).content) for _ in range(50)}) > 5


@pytest.mark.parametrize(
    "answer", [JsonResponse({"text": TEXT}), FileResponse([TEXT.encode()], content_type="text/html")]
)
def test_answers_to_programs_and_files_are_left_as_they_are(answer: HttpResponse) -> None:
    assert "Content-Encoding" not in CompressedPagesMiddleware(lambda _request: answer)(ASKED).headers
