"""How a refusal reaches the reader: message and way back, error page, part of a page, 404."""

import pytest
from django.contrib.messages.storage.base import BaseStorage
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from iys_portal.core.errors import DomainError, Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.middleware import DomainErrorMiddleware

REFUSE = DomainErrorMiddleware(lambda request: HttpResponse())


class Kept(BaseStorage):
    def __init__(self, request):
        super().__init__(request)
        self.texts: list[str] = []

    def _get(self, *args, **kwargs):
        return [], True

    def add(self, level, message, extra_tags=""):
        self.texts.append(str(message))


def answer(error: Exception, method: str = "post", **headers: str):
    request = getattr(RequestFactory(), method)("/isler/", headers=headers)
    request._messages = Kept(request)
    return REFUSE.process_exception(request, error), request._messages.texts


def test_a_post_goes_back_with_the_sentence():
    response, texts = answer(WrongMoment("Artık olmaz."), referer="http://testserver/liste/")
    assert (response.status_code, response.url) == (302, "http://testserver/liste/")
    assert texts == ["Artık olmaz."]


@pytest.mark.parametrize("referer", ["https://elsewhere.example/", "", "javascript:alert(1)"])
def test_it_never_goes_back_to_another_site(referer):
    response, texts = answer(NotAllowed(), referer=referer)
    assert response.status_code == 403
    assert texts == []


@pytest.mark.parametrize(
    ("error", "status"), [(NotAllowed, 403), (WrongMoment, 409), (Invalid, 422), (DomainError, 409)]
)
def test_a_get_shows_the_page_of_the_refusal(error, status):
    assert answer(error("Neden"), "get")[0].status_code == status


def test_a_part_of_a_page_gets_the_sentence_alone():
    response, _texts = answer(Invalid("Adres yanlış."), **{"hx-request": "true"})
    assert response.status_code == 422
    assert "Adres yanlış." in response.content.decode()
    assert "<html" not in response.content.decode()


def test_r_a1_not_found_stays_404():
    with pytest.raises(Http404):
        answer(NotFound())


def test_other_errors_are_not_hidden():
    assert answer(ValueError())[0] is None


def test_every_answer_carries_its_request_id(client):
    first, second = (client.get("/accounts/login/").headers["X-Request-ID"] for _ in range(2))
    assert len(first) == 32
    assert first != second
