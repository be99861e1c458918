"""The files of the demonstration's month: whose, of which day, what stands in them and what becomes of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from consents.states import ImportState as S
from iys_portal.accounts.demo import AIRLINE, BOOKSHOP, STORE

from . import demo_files as files
from .demo_files import Generator

FASHION, HOME = 710011, 710012
DAYS = 30
STORE_A_DAY, AIRLINE_A_DAY, FASHION_A_FILE, HOME_A_FILE, BOOKS_A_FILE, PAPER_A_FILE = 150, 170, 110, 110, 60, 80
AIRLINE_PEOPLE, FASHION_PEOPLE, HOME_PEOPLE, BOOKS_PEOPLE, PAPER_PEOPLE = 2000, 3500, 5200, 100, 7000


@dataclass(frozen=True)
class Step:
    """One file of the month: whose, loaded when, and what becomes of it."""

    brand: int
    name: str
    days_ago: int
    content: Callable[[Generator], bytes]
    final: S = S.APPLIED
    constants: dict[str, str] | None = None
    wide_no: str = ""
    by_registry: bool = False
    by_integrator: bool = False


def plan(days: int = DAYS) -> list[Step]:
    """Every file, oldest first."""
    steps = [step for number, ago in enumerate(range(days, 0, -1)) for step in _of_day(number, ago)]
    return [*steps, *_of_today(days)]


def _of_day(number: int, ago: int) -> Iterator[Step]:
    def store(make: Generator) -> bytes:
        start = number * STORE_A_DAY
        rows = make.consents(range(start, start + STORE_A_DAY))
        if number:
            rows += make.again(make.random.sample(range(start), 25), refusals=0.4)
        return files.official_file(rows)

    def airline(make: Generator) -> bytes:
        start = AIRLINE_PEOPLE + number // 2 * AIRLINE_A_DAY
        rows = make.consents(range(start, start + AIRLINE_A_DAY))
        if number:
            rows += make.again(make.random.sample(range(AIRLINE_PEOPLE, start), 20), refusals=0.5)
        return files.official_file(rows)

    def fashion(make: Generator) -> bytes:
        start = FASHION_PEOPLE + number // 3 * FASHION_A_FILE
        return files.wide_file(make.wide(range(start, start + FASHION_A_FILE)))

    def home(make: Generator) -> bytes:
        start = HOME_PEOPLE + number // 6 * HOME_A_FILE
        return files.turkish_file(make.consents(range(start, start + HOME_A_FILE)))

    def books(make: Generator) -> bytes:
        start = BOOKS_PEOPLE + number // 7 * BOOKS_A_FILE
        return files.turkish_file(make.consents(range(start, start + BOOKS_A_FILE)))

    def paper(make: Generator) -> bytes:
        start = PAPER_PEOPLE + number // 8 * PAPER_A_FILE
        return files.turkish_file(make.paper(range(start, start + PAPER_A_FILE)))

    yield Step(STORE, f"web-uyeleri-{number + 1:02d}.csv", ago, store)
    if number % 2 == 0:
        yield Step(AIRLINE, f"yolcu-izinleri-{number // 2 + 1:02d}.csv", ago, airline)
    if number % 3 == 0:
        name = f"moda-musteri-listesi-{number // 3 + 1:02d}.csv"
        yield Step(FASHION, name, ago, fashion, constants={"source": "HS_MOBIL"}, wide_no="refusal")
    if number % 6 == 1:
        yield Step(HOME, f"ev-kayitlari-{number // 6 + 1:02d}.csv", ago, home)
    if number % 7 == 2:
        yield Step(BOOKSHOP, f"kitap-kulubu-{number // 7 + 1:02d}.csv", ago, books)
    if number % 8 == 3:
        yield Step(STORE, f"magaza-formlari-{number // 8 + 1:02d}.csv", ago, paper)


def _of_today(days: int) -> Iterator[Step]:
    people = range(8000, 8150)
    yield Step(
        AIRLINE,
        "havalimani-standi.csv",
        0,
        lambda make: files.turkish_file(make.consents(range(8200, 8260))),
        by_registry=True,
    )
    yield Step(
        BOOKSHOP,
        "entegrator-abone-listesi.csv",
        0,
        lambda make: files.turkish_file(make.consents(range(8700, 8740))),
        by_integrator=True,
    )
    yield Step(
        STORE,
        "yanlis-liste.csv",
        0,
        lambda make: files.official_file(make.consents(people)),
        final=S.UNDONE,
    )
    known = range(min(600, days * STORE_A_DAY))
    yield Step(
        STORE,
        "bayi-listesi-karisik.csv",
        0,
        lambda make: files.messy_file(make.messy([*range(8300, 8400), *make.random.sample(known, 40)])),
        final=S.CHECKED,
    )
    yield Step(
        FASHION,
        "moda-bekleyen.csv",
        0,
        lambda make: files.wide_file(make.wide(range(8500, 8560))),
        final=S.CHECKED,
        constants={"source": "HS_MOBIL"},
        wide_no="ignore",
    )
