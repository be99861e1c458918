"""Proves that both catalogues are complete and fit the sources: `python .ci/check_translations.py`.

The sources are copied, `makemessages` runs in the copy, and what it left untranslated, guessed (fuzzy) or
obsolete is named. The checkout is not changed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LANGUAGES = ("tr", "en")
SOURCES = {".py", ".html", ".txt", ".po", ".subject"}
NOT_SOURCES = {
    ".git",
    ".venv",
    ".run",
    "var",
    "node_modules",
    "static",
    "staticfiles",
    "tests",
    "docs",
    "__pycache__",
}
FINDINGS = {
    "--untranslated": "not translated",
    "--only-fuzzy": "guessed (fuzzy)",
    "--only-obsolete": "no longer used",
}


def main() -> int:
    problems = []
    with tempfile.TemporaryDirectory(prefix="iys-translations-") as folder:
        copy = Path(folder)
        _copy_sources(copy)
        arguments = [word for language in LANGUAGES for word in ("--locale", language)]
        done = subprocess.run(
            [sys.executable, "manage.py", "makemessages", *arguments, "--no-wrap", "--add-location", "file"],
            cwd=copy,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "iys_portal.settings.local"},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n")
            return 1
        for language in LANGUAGES:
            catalogue = Path("locale") / language / "LC_MESSAGES" / "django.po"
            if not (PROJECT / catalogue).exists():
                problems.append(f"{catalogue} does not exist")
                continue
            for option, meaning in FINDINGS.items():
                problems += [f"{catalogue}: {meaning}: {text}" for text in _messages(copy / catalogue, option)]
            checked = subprocess.run(
                ["msgfmt", "--check", "--output-file=-", catalogue], cwd=PROJECT, capture_output=True
            )
            if checked.returncode:
                problems.append(f"{catalogue}: {checked.stderr.decode(errors='replace')}")
    if problems:
        print(*problems[:100], sep="\n")
        print(f"{len(problems)} problems; update with `python manage.py makemessages -l tr -l en`.")
    return 1 if problems else 0


def _copy_sources(copy: Path) -> None:
    for path, folders, files in os.walk(PROJECT):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        target = copy / Path(path).relative_to(PROJECT)
        target.mkdir(parents=True, exist_ok=True)
        for name in files:
            if Path(name).suffix in SOURCES:
                shutil.copyfile(Path(path) / name, target / name)


def _messages(catalogue: Path, option: str) -> list[str]:
    """The source texts of the entries that `msgattrib` picks, without the heading."""
    options = [option, "--no-obsolete"] if option != "--only-obsolete" else [option]
    found = subprocess.run(
        ["msgattrib", *options, "--no-wrap", "--force-po", catalogue],
        capture_output=True,
        text=True,
        check=True,
    )
    texts = []
    for entry in found.stdout.split("\n\n"):
        text, inside = "", False
        for raw in entry.splitlines():
            line = raw.removeprefix("#~ ")
            if line.startswith("msgid "):
                inside, line = True, line.removeprefix("msgid ")
            elif line.startswith("msg"):
                inside = False
            if inside and line.startswith('"'):
                text += line[1:-1]
        if text:  # the heading has none
            texts.append(text)
    return texts


if __name__ == "__main__":
    sys.exit(main())
