"""The whole way out: a row of the outbox, a real worker, real servers."""

import pytest

from iys_portal.core import outbox
from iys_portal.core.enums import OutboxState
from iys_portal.core.models import OutboxMessage
from tests.mail_servers import MailServer, SmsGateway
from tests.workers import celery_worker, environment, until

pytestmark = pytest.mark.processes


def states() -> set[str]:
    return set(OutboxMessage.objects.values_list("state", flat=True))


@pytest.mark.usefixtures("own_queue")
def test_mails_and_texts_reach_the_servers_once_each(committed_db, tmp_path):
    with MailServer() as mails, SmsGateway() as texts:
        env = environment(
            committed_db, tmp_path / "private", NO_PROXY="127.0.0.1", **mails.environment(), **texts.environment()
        )
        mails.refuse["kimse@deneme.example"] = "550 5.1.1 No such user"
        texts.refuse["+905320000000"] = (422, {"message": "no such number"})
        with celery_worker(env, queues=["-express"]):
            for number in range(20):
                outbox.post(
                    cause=f"m:{number}", to=f"kisi{number}@deneme.example", subject="Konu ğ", body=f"ş {number}"
                )
                outbox.post_text(cause=f"t:{number}", to=f"+9053200001{number:02d}", text=f"İ {number}")
            outbox.post(cause="m:refused", to="kimse@deneme.example", subject="Konu", body="x")
            outbox.post_text(cause="t:refused", to="+905320000000", text="x")
            outbox.post(cause="m:demo", to="gosteri@deneme.example", subject="Konu", body="x", to_mailbox=True)
            until(lambda: states() == {OutboxState.SENT, OutboxState.FAILED}, what="an empty outbox")
        sent = OutboxMessage.objects.filter(state=OutboxState.SENT)
        assert sent.count() == 41
        by_id = dict(OutboxMessage.objects.values_list("message_id", "cause"))
        assert sorted(by_id[mail.message_id] for mail in mails.mails) == sorted(f"m:{n}" for n in range(20))
        assert sorted(by_id[text.body["id"]] for text in texts.texts) == sorted(f"t:{n}" for n in range(20))
        assert {mail.text.strip() for mail in mails.mails} == {f"ş {n}" for n in range(20)}
        assert {text.body["text"] for text in texts.texts} == {f"İ {n}" for n in range(20)}
        assert OutboxMessage.objects.get(cause="m:refused").answer == "550 5.1.1 No such user"
        assert OutboxMessage.objects.get(cause="t:refused").answer == "422 no such number"
        assert OutboxMessage.objects.get(cause="m:demo").answer == "250 mailbox"
        assert all(answer.startswith(("250 ", "202 ")) for answer in sent.values_list("answer", flat=True))
        assert len(list((tmp_path / "private" / "mailbox").glob("*.eml"))) == 1


@pytest.mark.soak
@pytest.mark.usefixtures("own_queue")
def test_a_worker_killed_while_the_server_thinks_loses_nothing(committed_db, tmp_path):
    """The mail may arrive twice, under one message id; it never stays away."""
    with MailServer() as mails:
        env = environment(committed_db, tmp_path / "private", **mails.environment())
        with celery_worker(env, queues=["-express"]) as worker:
            # In the server's thread, after the whole mail came and before it is answered.
            mails.before_answer = lambda: worker.kill()
            message = outbox.post(cause="m:1", to="kisi@deneme.example", subject="Konu", body="x")
            until(lambda: worker.poll() is not None, what="the worker's end")
        message.refresh_from_db()
        assert message.state == OutboxState.CLAIMED
        OutboxMessage.objects.update(lease_until=message.created_at)  # three minutes later
        with celery_worker(env, queues=["-express"]):
            outbox.enqueue(outbox.SEND)  # as beat does
            until(lambda: states() == {OutboxState.SENT}, what="a sent mail")
        assert {mail.message_id for mail in mails.mails} == {message.message_id}
        message.refresh_from_db()
        assert message.attempts == 2
