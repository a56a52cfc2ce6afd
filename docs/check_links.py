"""Check every link of a built site that stays in it, anchors included: check_links.py FOLDER"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit


class Page(HTMLParser):
    """Anchors of a page, and what it links to."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links = {""}, set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, _tag, attributes):
        for name, value in attributes:
            if name == "id":
                self.anchors.add(value)
            elif name in ("href", "src") and value and not urlsplit(value).scheme:
                self.links.add(value)


def faults(folder):
    """Links that lead nowhere, one line each."""
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html"))}
    for path, page in pages.items():
        for link in sorted(page.links):
            file, anchor = urldefrag(link)
            target = (path.parent / unquote(urlsplit(file).path)).resolve() if file else path
            if not target.exists():
                yield f"{path.name}: {link}: no such file"
            elif target in pages and unquote(anchor) not in pages[target].anchors:
                yield f"{path.name}: {link}: no such anchor"


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    found = list(faults(folder))
    print("\n".join(found) or f"all links within {folder} lead somewhere")
    sys.exit(bool(found))
