"""Input files for the benchmarks: made-up people, the same for the same seed."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

from iys_portal.core.calendar import ISTANBUL

HEADER = ("recipient", "type", "status", "source", "recipientType", "consentDate")
SOURCES = ("HS_WEB", "HS_MOBIL", "HS_EORTAM", "HS_CAGRI_MERKEZI", "HS_SOSYAL_MEDYA")
NAMES = (
    "ayse",
    "fatma",
    "mehmet",
    "mustafa",
    "zeynep",
    "elif",
    "ahmet",
    "ali",
    "emine",
    "deniz",
    "ozan",
    "ece",
)
DOMAINS = ("ornek-posta.example", "deneme.com.example", "firma.example", "posta.example", "alici.example")
PREFIXES = ("532", "533", "542", "543", "505", "506", "551", "553", "535", "544")


def rows(count: int, *, seed: int, now: datetime, broken_every: int = 0) -> list[tuple[str, ...]]:
    """Half e-mails, a quarter each texts and calls, a tenth TACIR; `broken_every`-th row has no status."""
    rng = random.Random(seed)  # noqa: S311
    local = now.astimezone(ISTANBUL).replace(tzinfo=None, microsecond=0)
    dates = [(local - timedelta(seconds=rng.randrange(60, 72_000))).isoformat(sep=" ") for _ in range(2_000)]
    made: list[tuple[str, ...]] = []
    for number in range(count):
        channel = rng.choice(("EPOSTA", "EPOSTA", "MESAJ", "ARAMA"))
        if channel == "EPOSTA":
            to = f"{rng.choice(NAMES)}.{rng.randrange(10**6)}.{seed}-{number}@{rng.choice(DOMAINS)}"
        else:
            to = f"+90{rng.choice(PREFIXES)}{(number * 7919 + seed * 104_729) % 10_000_000:07d}"
        status = "" if broken_every and number % broken_every == 1 else "ONAY"
        kind = "TACIR" if rng.random() < 0.1 else "BIREYSEL"
        made.append((to, channel, status, rng.choice(SOURCES), kind, rng.choice(dates)))
    return made


def write_csv(path: Path, made: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        file.writelines(",".join(row) + "\n" for row in made)
    return path


def write_xlsx(path: Path, made: list[tuple[str, ...]]) -> Path:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("İzinler")
    for number, row in enumerate([HEADER, *made]):
        sheet.write_row(number, 0, row)
    book.close()
    return path
