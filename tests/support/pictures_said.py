"""What the pictures of an HTML page say to a screen reader."""

from html.parser import HTMLParser


class Pictures(HTMLParser):
    """Gathers what each picture of a page says; a picture in a picture, or hidden from screen readers, says nothing."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._depth = 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "svg":
            self._depth += 1
        if tag == "img" or tag == "svg" and self._depth == 1 and given.get("aria-hidden") != "true":
            self.said.append(given.get("alt") or given.get("aria-label") or "")

    def handle_endtag(self, tag):
        self._depth -= tag == "svg"
