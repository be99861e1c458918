"""The words of the agreement, by version. A version that was issued once is never edited: a change is a new file.

`#` begins a part, `##` an article; every further line is a paragraph of its article.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "texts"
CURRENT = 1


@dataclass
class Article:
    title: str
    paragraphs: list[str] = field(default_factory=list)


@dataclass
class Part:
    title: str
    articles: list[Article] = field(default_factory=list)


def parts_of(version: int, **values: str) -> list[dict[str, Any]]:
    """Parts, numbered articles and numbered paragraphs, as they are frozen; `values` fill the words in braces."""
    return [
        {
            "title": part.title,
            "articles": [
                {
                    "number": number,
                    "title": article.title,
                    "paragraphs": [
                        {"number": f"{number}.{place}", "text": text.format(**values)}
                        for place, text in enumerate(article.paragraphs, start=1)
                    ],
                }
                for number, article in enumerate(part.articles, start=1)
            ],
        }
        for part in _read(version)
    ]


@lru_cache(maxsize=8)
def _read(version: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    for line in (FOLDER / f"{version}.txt").read_text(encoding="utf-8").splitlines():
        head, _, words = line.strip().partition(" ")
        if head == "#":
            parts.append(Part(words))
        elif head == "##":
            parts[-1].articles.append(Article(words))
        elif line.strip():
            parts[-1].articles[-1].paragraphs.append(re.sub(r"\s+", " ", line.strip()))
    return tuple(parts)
