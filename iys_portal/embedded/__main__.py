"""`python -m iys_portal.embedded status | stop | remove`: look at this checkout's servers, or end them."""

import argparse
import shutil
import sys
from pathlib import Path

from iys_portal.embedded import EmbeddedError, keeper, place_of, postgres, valkey
from iys_portal.embedded.places import Place


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m iys_portal.embedded", description=__doc__)
    parser.add_argument("command", choices=["status", "stop", "remove", "keep"])
    parser.add_argument("--checkout", type=Path)
    parser.add_argument("--name", default="local")
    parser.add_argument("--base", type=Path)
    arguments = parser.parse_args()
    place = place_of(arguments.checkout, arguments.name, arguments.base)
    if not place.state.exists():
        print("no servers were made for this checkout")  # noqa: T201
        return 0
    try:
        return {"status": _status, "stop": _stop, "remove": _remove, "keep": _keep}[arguments.command](place)
    except EmbeddedError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


def _status(place: Place) -> int:
    for server, running, url in (
        ("PostgreSQL", postgres.is_running(place), postgres.url(place, postgres.OWNER)),
        ("Valkey", valkey.is_running(place), valkey.url(place)),
    ):
        print(f"{server:11}{'running' if running else 'stopped':9}{url}")  # noqa: T201
    print(f"data and logs: {place.state}")  # noqa: T201
    return 0


def _stop(place: Place) -> int:
    """End the servers even while somebody uses them: asked for by hand."""
    with keeper.start_lock(place):
        keeper.stop_servers(place)
    return 0


def _remove(place: Place) -> int:
    with keeper.start_lock(place):
        keeper.stop_servers(place)
        shutil.rmtree(place.sockets, ignore_errors=True)
        shutil.rmtree(place.state)
    return 0


def _keep(place: Place) -> int:
    keeper.keep(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
