"""R-C18: texts are drafts, then versions that nobody can change; the checklist decides about publishing."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from consents.enums import Channel
from consents.models import ConsentText
from consents.selectors.texts import current_texts
from consents.services import texts as services
from consents.text_rules import BY_PERSON, CHECKS, TextState, Wording, answers
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, Job, OutboxMessage
from providers.enums import ProviderState
from tests.factories import BrandFactory, officer_of, staff

from .conftest import EVERYTHING, words

TODAY = date(2026, 11, 24)


def verbs():
    return list(AuditEntry.objects.filter(verb__startswith="text.").order_by("pk").values_list("verb", flat=True))


def nothing_left(text=None):
    """No act of a text, no job and no mail; the text is as it was."""
    assert not Job.objects.exists()
    assert not OutboxMessage.objects.exists()
    if text is not None:
        before = {name: getattr(text, name) for name in (*services.FIELDS, "version", "published_at", "retired_at")}
        text.refresh_from_db()
        assert {name: getattr(text, name) for name in before} == before


def test_r_c18_a_published_text_gets_the_next_number_of_its_brand_and_channels(draft_of, text_of, manager):
    first, second = text_of(Channel.EPOSTA), text_of(Channel.EPOSTA)
    calls = text_of(Channel.ARAMA)
    both = text_of(Channel.ARAMA, Channel.EPOSTA)
    assert [text.version for text in (first, second, calls, both)] == [1, 2, 1, 3]
    assert draft_of(Channel.EPOSTA).version is None
    entry = AuditEntry.objects.filter(verb="text.published").latest("pk")
    assert (entry.provider_id, entry.actor_id, entry.new["version"]) == (manager.provider_id, manager.id, 3)
    assert set(both.checklist["ticked"]) == set(EVERYTHING)


def test_r_c18_publishing_twice_is_ordinary(draft_of, manager):
    draft = draft_of()
    for _click in range(2):
        assert services.publish(actor=manager, text_id=draft.pk, ticked=EVERYTHING).version == 1
    assert verbs() == ["text.drafted", "text.published"]


@pytest.mark.parametrize("missing", EVERYTHING)
def test_r_c18_without_one_tick_nothing_is_published(draft_of, manager, missing):
    draft = draft_of()
    with pytest.raises(Invalid) as refused:
        services.publish(actor=manager, text_id=draft.pk, ticked=[name for name in EVERYTHING if name != missing])
    assert refused.value.code == "checklist"
    nothing_left(draft)
    assert verbs() == ["text.drafted"]


WHOLE = words(Channel.EPOSTA)


@pytest.mark.parametrize(
    "text, open_line",
    [
        (WHOLE.replace("onay veriyorum", "bilgim var"), "positive"),
        (WHOLE.replace("Deneme Moda", "Şirketimiz"), "sender"),
        (WHOLE.replace("e-posta", "mektup"), "channels"),
        (WHOLE.replace("reddedebilirim", "düşünebilirim"), "refusal"),
    ],
)
def test_r_c18_what_the_program_misses_in_the_text_is_named(draft_of, manager, text, open_line):
    draft = draft_of(text=text)
    assert [a.check.name for a in answers(draft.wording, EVERYTHING) if not a.passed] == [open_line]
    with pytest.raises(Invalid) as refused:
        services.publish(actor=manager, text_id=draft.pk, ticked=[*EVERYTHING, open_line])
    assert str(next(check.title for check in CHECKS if check.name == open_line)) in str(refused.value)
    nothing_left(draft)


def test_r_c18_the_program_reads_turkish_letters_in_any_case_and_english(brand):
    senders = (brand.name,)
    loud = Wording.of("", WHOLE.replace("i", "İ").upper(), senders=senders, channels=[Channel.EPOSTA])
    english = "I agree that Deneme Moda sends me offers by e-mail and text message. I can refuse at any time."
    wording = Wording.of("", english, senders=senders, channels=[Channel.EPOSTA, Channel.MESAJ])
    assert all(answer.passed for answer in [*answers(loud, EVERYTHING), *answers(wording, EVERYTHING)])
    silent = Wording.of("", "Aksini bildirmezseniz Deneme Moda yazar.", senders=senders, channels=[Channel.EPOSTA])
    assert not any(answer.passed for answer in answers(silent, []) if answer.check.name in ("positive", "refusal"))


def test_r_c18_the_checklist_says_each_point_of_the_regulation():
    assert {check.name for check in BY_PERSON} == {
        "name_and_address",
        "not_ticked",
        "apart",
        "no_condition",
        "contract_end",
    }
    assert "12 punto" in str(next(c.explanation for c in CHECKS if c.name == "contract_end"))


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Başka"},
        {"title": "Başka"},
        {"channels": [1]},
        {"version": 9},
        {"valid_from": date(2020, 1, 1)},
        {"valid_until": date(2027, 1, 1)},
        {"published_name": "Başkası"},
        {"checklist": {}},
        {"published_at": None, "published_by": None, "version": None},
    ],
)
def test_r_c18_the_database_itself_refuses_to_change_a_published_text(text_of, change):
    text = text_of()
    with pytest.raises(IntegrityError, match="R-C18"), transaction.atomic():
        ConsentText.objects.filter(pk=text.pk).update(**change)
    with pytest.raises(IntegrityError, match="R-C18"), transaction.atomic():
        ConsentText.objects.filter(pk=text.pk).delete()
    nothing_left(text)


def test_r_c18_the_end_of_a_text_is_set_once_even_for_the_database(text_of, manager):
    text = services.retire(actor=manager, text_id=text_of().pk)
    with pytest.raises(IntegrityError, match="R-C18"), transaction.atomic():
        ConsentText.objects.filter(pk=text.pk).update(valid_until=None, retired_at=None, retired_by=None)
    with pytest.raises(IntegrityError, match="R-C18"), transaction.atomic():
        ConsentText.objects.filter(pk=text.pk).update(valid_until=date(2027, 1, 1))


@pytest.mark.parametrize(
    "values, name",
    [
        ({"channels": []}, "text_has_channels"),
        ({"channels": [9]}, "text_has_channels"),
        ({"valid_until": date(2025, 1, 1)}, "text_valid_until_after_from"),
        ({"version": 3}, "text_published_at_with_by"),
        ({"retired_at": "2026-11-24T12:00:00Z", "retired_by": 1}, "text_retired_at_with_by"),
    ],
)
def test_each_constraint_by_name(draft_of, values, name):
    draft = draft_of()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ConsentText.objects.filter(pk=draft.pk).update(**values)


@pytest.mark.parametrize("channel", Channel)
def test_one_number_once_for_a_channel(text_of, draft_of, channel):
    text_of(channel)
    draft = draft_of(*Channel)
    moment = {"published_at": "2026-11-24T12:00:00Z", "published_by": 1}
    with pytest.raises(IntegrityError, match=f"text_version_once_{channel.name.lower()}"), transaction.atomic():
        ConsentText.objects.filter(pk=draft.pk).update(version=1, **moment)


def test_r_c18_a_draft_changes_and_goes_a_published_text_does_not(draft_of, text_of, manager):
    draft = draft_of()
    services.change_draft(actor=manager, text_id=draft.pk, changes={"title": "Kasa formu", "channels": [2, 1, 1]})
    draft.refresh_from_db()
    assert (draft.title, draft.channels) == ("Kasa formu", [1, 2])
    services.discard_draft(actor=manager, text_id=draft.pk)
    assert not ConsentText.objects.exists()
    assert verbs() == ["text.drafted", "text.changed", "text.discarded"]
    text = text_of()
    for act in (
        lambda: services.change_draft(actor=manager, text_id=text.pk, changes={"title": "Kasa formu"}),
        lambda: services.discard_draft(actor=manager, text_id=text.pk),
    ):
        with pytest.raises(WrongMoment):
            act()
        nothing_left(text)


def test_r_c18_words_of_an_audit_entry_are_not_the_text(draft_of, manager):
    services.change_draft(actor=manager, text_id=draft_of().pk, changes={"text": "Gizli cümle"})
    assert AuditEntry.objects.latest("pk").new == {"fields": ["text"]}


@pytest.mark.parametrize(
    "values, field",
    [
        ({"channels": []}, "channels"),
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"language": "de"}, "language"),
    ],
)
def test_a_draft_that_does_not_hold_is_refused(brand, manager, values, field):
    good = {"channels": [3], "title": "Üyelik", "text": "Metin", "valid_from": TODAY}
    with pytest.raises(FieldsInvalid) as refused:
        services.create_draft(actor=manager, brand=brand, **good | values)
    assert field in refused.value.errors
    assert not ConsentText.objects.exists()
    assert verbs() == []
    nothing_left()


def test_r_a1_only_a_manager_of_the_brands_provider_writes(draft_of, brand):
    draft = draft_of()
    for actor, error in (
        (officer_of(brand), NotAllowed),
        (officer_of(brand, "viewer"), NotAllowed),
        (staff("admin"), NotAllowed),
        (officer_of(BrandFactory(), "manager"), NotFound),
    ):
        for act in (
            lambda by: services.publish(actor=by, text_id=draft.pk, ticked=EVERYTHING),
            lambda by: services.change_draft(actor=by, text_id=draft.pk, changes={"title": "x"}),
            lambda by: services.discard_draft(actor=by, text_id=draft.pk),
            lambda by: services.create_draft(
                actor=by, brand=brand, channels=[3], title="x", text="x", valid_from=TODAY
            ),
        ):
            with pytest.raises(error):
                act(actor)
    assert ConsentText.objects.count() == 1
    assert verbs() == ["text.drafted"]
    nothing_left(draft)


def test_r_p7_a_suspended_provider_publishes_nothing(draft_of, manager, brand):
    draft = draft_of()
    brand.provider.state = ProviderState.SUSPENDED
    brand.provider.save()
    with pytest.raises(WrongMoment):
        services.publish(actor=manager, text_id=draft.pk, ticked=EVERYTHING)
    nothing_left(draft)


def test_r_c18_the_end_is_today_or_later_and_never_moves(text_of, manager):
    text = text_of()
    with pytest.raises(Invalid):
        services.retire(actor=manager, text_id=text.pk, last_day=TODAY - timedelta(days=1))
    nothing_left(text)
    ended = services.retire(actor=manager, text_id=text.pk, last_day=TODAY)
    again = services.retire(actor=manager, text_id=text.pk, last_day=date(2027, 1, 1))
    assert ended.valid_until == again.valid_until == TODAY
    assert verbs() == ["text.drafted", "text.published", "text.retired"]
    with pytest.raises(WrongMoment):
        services.retire(actor=manager, text_id=services.create_draft(
            actor=manager, brand=text.brand, channels=[3], title="x", text="x", valid_from=TODAY
        ).pk)  # fmt: skip


def test_an_announced_end_is_not_put_off(text_of, manager):
    text = text_of(valid_until=date(2026, 12, 31))
    with pytest.raises(Invalid):
        services.retire(actor=manager, text_id=text.pk, last_day=date(2027, 1, 1))
    nothing_left(text)


def test_states_by_the_day_both_ends_inclusive(text_of, draft_of):
    text = text_of(valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 31))
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [text.state(day) for day in days] == [
        TextState.PLANNED, TextState.VALID, TextState.VALID, TextState.OVER
    ]  # fmt: skip
    assert draft_of().state(TODAY) is TextState.DRAFT


def test_r_c18_the_current_text_of_a_channel_is_the_newest_valid_one(text_of, draft_of, brand):
    old = text_of(Channel.MESAJ, Channel.EPOSTA)
    new = text_of(Channel.EPOSTA, valid_from=date(2026, 6, 1))
    text_of(Channel.EPOSTA, valid_from=date(2027, 1, 1))
    draft_of(Channel.ARAMA)
    assert current_texts(brand.pk, list(Channel), TODAY) == {Channel.MESAJ: old, Channel.EPOSTA: new}
    assert current_texts(brand.pk, list(Channel), date(2026, 5, 31)) == {Channel.MESAJ: old, Channel.EPOSTA: old}
    assert current_texts(brand.pk, list(Channel), date(2025, 12, 31)) == {}
    assert current_texts(BrandFactory().pk, list(Channel), TODAY) == {}
