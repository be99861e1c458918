"""`python -m tests.fuzz TARGET SECONDS FOLDER`: atheris looks for what breaks a target, and leaves it in FOLDER."""

import os
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["consents", "complaints", "iys_portal", "providers", "email", "pypdf"]):
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.test")
    django.setup()
    from tests.fuzz.targets import BY_NAME


def main(name: str, seconds: str, folder: str) -> None:
    target, corpus = BY_NAME[name], Path(folder) / "corpus"
    corpus.mkdir(parents=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=2048", "-max_len=65536", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(corpus)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
