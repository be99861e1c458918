"""Who does what, for locust. Who they are stands in the file that LOAD_PEOPLE names (`tests.load.people`).

Sessions were opened beforehand: passwords and codes are limited on purpose, and are no daily load.
"""

import itertools
import json
import os
import random
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from locust import FastHttpUser, between, constant_throughput, task

PEOPLE: dict[str, Any] = json.loads(Path(os.environ["LOAD_PEOPLE"]).read_text(encoding="utf-8"))
FILES = itertools.cycle(sorted(PEOPLE["files"]))
OFFICERS, CITIZENS = itertools.cycle(PEOPLE["officers"]), itertools.cycle(PEOPLE["citizens"])
ADDRESSES: list[str] = PEOPLE["addresses"]
RUN = secrets.token_hex(4)
NUMBERS = itertools.count()


def now() -> str:
    return (datetime.now(ZoneInfo("Europe/Istanbul")) - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S")


class Visitor(FastHttpUser):
    """Comes as from the proxy: over https, with a session."""

    abstract = True
    connection_timeout = network_timeout = 60.0

    def begin(self, person: dict[str, Any]) -> None:
        self.person, self.token = person, secrets.token_hex(16)
        self.headers = {
            "X-Forwarded-Proto": "https",
            "Referer": f"https://{self.host.partition('//')[2]}/",
            "Cookie": f"sessionid={person['session']}; csrftoken={self.token}",
            "Accept-Language": "tr",
        }

    def see(self, path: str, name: str) -> None:
        with self.client.get(
            path, name=name, headers=self.headers, allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"status {answer.status_code}")

    def press(self, path: str, name: str, **fields: str) -> None:
        data = {"csrfmiddlewaretoken": self.token, **fields}
        with self.client.post(
            path, data, name=name, headers=self.headers, allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code == 302 and "giris" not in answer.headers.get("Location", ""):
                answer.success()
            else:
                answer.failure(f"status {answer.status_code}")


class Officer(Visitor):
    """Looks at the panel and records what came by hand."""

    weight = 4
    wait_time = between(1, 4)

    def on_start(self) -> None:
        self.begin(next(OFFICERS))

    @task(4)
    def overview(self) -> None:
        self.see("/", "officer: overview")

    @task(4)
    def consents(self) -> None:
        self.see("/izinler/", "officer: consents")

    @task(2)
    def refused(self) -> None:
        self.see("/izinler/?state=RET&channel=EPOSTA", "officer: refused e-mails")

    @task(1)
    def imports(self) -> None:
        self.see("/aktarimlar/", "officer: imports")

    @task(2)
    def record_refusal(self) -> None:
        address = f"elle.{RUN}.{next(NUMBERS)}@alici.example"
        day, hour = now()[:16].split(" ")
        fields = {"brand": str(self.person["brand"]), "recipient": address, "channels": "EPOSTA", "status": "RET"}
        more = {"source": "HS_WEB", "recipient_type": "BIREYSEL", "consent_date": f"{day}T{hour}"}
        self.press("/izinler/yeni/", "officer: record a refusal", **fields, **more)


class Citizen(Visitor):
    """Sees who may write, and says no to one after the other (R-R1)."""

    weight = 4
    wait_time = between(1, 5)

    def on_start(self) -> None:
        self.come()

    def come(self) -> None:
        self.begin(next(CITIZENS))
        self.open = list(self.person["open"])
        self.person["open"] = []

    @task(3)
    def own(self) -> None:
        self.see("/izinlerim/", "citizen: own list")

    @task(1)
    def history(self) -> None:
        self.see("/izinlerim/gecmis/", "citizen: history")

    @task(2)
    def refuse(self) -> None:
        if not self.open:
            self.come()  # the next person, who still has something to refuse
        if self.open:
            self.press(f"/izinlerim/{self.open.pop()}/ret/", "citizen: refuse a brand's channel")


class Program(FastHttpUser):
    """A company's software: asks before it sends, records one by one, now and then a batch."""

    weight = 3
    wait_time = constant_throughput(3)
    connection_timeout = network_timeout = 60.0

    def on_start(self) -> None:
        self.base = PEOPLE["api"]["base"]
        self.headers = {"X-Forwarded-Proto": "https", "Authorization": f"Bearer {PEOPLE['api']['token']}"}

    def call(self, path: str, body: Any, name: str) -> None:
        self.client.post(path, json=body, name=name, headers=self.headers)

    @task(20)
    def status(self) -> None:
        asked = {"recipient": random.choice(ADDRESSES), "recipientType": "BIREYSEL", "type": "EPOSTA"}
        self.call(f"{self.base}/consents/status", asked, "api: status")

    @task(6)
    def add(self) -> None:
        self.call(f"{self.base}/consents", self.entry(), "api: add one")

    @task(1)
    def batch(self) -> None:
        self.call(f"{self.base}/consents/request", [self.entry() for _ in range(200)], "api: batch of 200")

    @staticmethod
    def entry() -> dict[str, str]:
        return {
            "recipient": f"program.{RUN}.{next(NUMBERS)}@alici.example", "type": "EPOSTA", "source": "HS_WEB",
            "status": "ONAY", "consentDate": now(), "recipientType": "BIREYSEL",
        }  # fmt: skip


class Importer(FastHttpUser):
    """Loads one file after the other: upload with check, wait, apply, wait."""

    fixed_count = int(os.environ.get("IMPORTERS", "2"))
    weight = 0
    wait_time = between(1, 2)
    connection_timeout = network_timeout = 120.0

    def on_start(self) -> None:
        self.base = f"/api/v1/brands/{PEOPLE['api']['brand']}/imports"
        self.headers = {"X-Forwarded-Proto": "https", "Authorization": f"Bearer {PEOPLE['api']['token']}"}
        self.item, self.state = "", ""

    @task
    def go_on(self) -> None:
        if not self.item:
            path = Path(next(FILES))
            answer = self.client.post(
                self.base, files={"file": (path.name, path.read_bytes(), "text/csv")}, name="import: upload a file",
                headers=self.headers,
            )  # fmt: skip
            self.item = answer.json()["id"] if answer.status_code == 202 else ""
            return
        state = self.client.get(f"{self.base}/{self.item}", name="import: how it stands", headers=self.headers)
        state = state.json()["state"] if state.status_code == 200 else ""
        if state == "checked":
            self.client.post(f"{self.base}/{self.item}/apply", json={}, name="import: apply", headers=self.headers)
        elif state in {"applied", "failed"}:
            self.item = ""
