"""Long texts for readers: Markdown files beside the code, `‹folder›/‹language›/‹name›.md`, first line `# title`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt

HERE = Path(__file__).parent
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Article:
    """A text in one language: its title, its words as they are searched, and what the page shows."""

    title: str
    source: str
    html: SafeString


def article(folder: str, name: str) -> Article:
    """The text in the reader's language. Raises `FileNotFoundError` where no such text was written."""
    return _read(folder, get_language() or settings.LANGUAGE_CODE, name)


@cache
def _read(folder: str, language: str, name: str) -> Article:
    title, _line, source = (HERE / folder / language / f"{name}.md").read_text().partition("\n")
    # Our own files, and HTML in them is escaped.
    html = mark_safe(_MARKDOWN.render(source))  # noqa: S308  # nosec B308, B703
    return Article(title.removeprefix("# "), source.strip(), html)
