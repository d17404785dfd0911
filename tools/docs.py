"""Build docs/ as a site, without a network, and follow every link of it that stays on it."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "build" / "docs"


def build(target: Path = SITE) -> bool:
    """Build the site into `target`; a warning is an error. Return whether it is whole."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-a", "-c", "docs", "-d"]
    return subprocess.call([*command, str(target.with_name("doctrees")), ".", str(target)], cwd=ROOT) == 0


class _Page(HTMLParser):
    """What a page links to, what it loads, and the places in it that can be linked to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes that name a place or lead to one."""
        for name, value in attrs:
            if not value:
                continue
            if name in ("id", "name"):
                self.places.add(value)
            elif name == "href" and tag == "a":
                self.links.add(value)
            elif name in ("src", "href"):
                self.loads.add(value)


def faults(site: Path = SITE) -> list[str]:
    """Return each link that leads nowhere, and each file that a page asks of another server."""
    pages = {}
    for path in sorted(site.rglob("*.html")):
        pages[path] = _Page()
        pages[path].feed(path.read_text(encoding="utf-8"))
    found = []
    for path, page in pages.items():
        here = path.relative_to(site).as_posix()
        found += [f"{here} loads {each}" for each in sorted(page.loads) if urlsplit(each).netloc]
        for link in sorted(page.links | page.loads):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            if not to.exists() or (place and to in pages and place not in pages[to].places):
                found.append(f"{here} links to {link}")
    return found
