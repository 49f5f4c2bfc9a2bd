"""Check the built site: every link has a target, and no page loads anything from the internet.

`zensical build --strict` checks links between pages. This program also checks links to other files, and the URLs of
scripts, styles, fonts and images, which have to be part of the site.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit


class Page(HTMLParser):
    """The identifiers, links and loaded URLs of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what one tag refers to."""
        values = {name: value or "" for name, value in attrs}
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and "href" in values:
            self.loads.append(values["href"])
        if "src" in values:
            self.loads.append(values["src"])


def problems(site: Path) -> list[str]:
    """List what is wrong with the pages of a site, one sentence each."""
    pages = {path: Page(path.read_text()) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    found = []
    for path, page in pages.items():
        where = path.relative_to(site)
        found += [f"{where}: loads {url} from the internet" for url in page.loads if urlsplit(url).netloc]
        local = [url for url in (*page.links, *page.loads) if not urlsplit(url).scheme and not urlsplit(url).netloc]
        found += [f"{where}: {url} does not exist" for url in local if not _exists(site, path, url, pages)]
    return found


def _exists(site: Path, path: Path, url: str, pages: dict[Path, Page]) -> bool:
    address, fragment = urldefrag(url)
    target = (path.parent / unquote(urlsplit(address).path)).resolve() if address else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_relative_to(site) or not target.is_file():
        return False
    return not fragment or target not in pages or unquote(fragment) in pages[target].ids


if __name__ == "__main__":
    sentences = problems(Path(sys.argv[1]).resolve())
    print("\n".join(sentences) or "Every link has a target, and nothing is loaded from the internet.")
    sys.exit(bool(sentences))
