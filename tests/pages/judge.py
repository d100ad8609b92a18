"""Judges a page that a test has opened: accessibility and safety are the cost of opening a page, not a checklist.

`open_page(client, path)` is how tests open pages. It returns the parsed page, so a test goes on from there.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from django.http import HttpResponse
from django.test import Client
from tinyhtml5.parser import HTMLParser

from camket.design.headers import POLICY

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
FIELDS = ("input", "select", "textarea")
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
# Words no Vietnamese sentence is made of, also without its marks ("an", "to", "in" are Vietnamese and not listed).
ENGLISH = re.compile(
    r"(?<![\w-])(the|and|of|with|your|this|that|are|is|was|from|for|not|only|you|we|our|page|shop|shops|version|policy|"
    r"read|open|there|which|when|error|message|messages|please|by|or|as|be|it|has|have)(?![\w-])",
    re.IGNORECASE,
)
# Two words with Vietnamese marks that are not names (names begin with a capital) make a Vietnamese sentence.
VIETNAMESE = re.compile(r"(?<!\w)(?=[a-zà-ỹ])\w*[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]\w*")


@dataclass(frozen=True)
class Judged:
    """A page that passed: its response, its tree, its words."""

    response: HttpResponse
    root: Element

    @property
    def text(self) -> str:
        return words(self.root.find("body"))

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.root.iter(tag) if all(e.get(name) == value for name, value in wanted.items())]

    def one(self, tag: str, **attributes: str) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} <{tag} {attributes}> on the page, not one"
        return found[0]

    def by_id(self, wanted: str) -> Element:
        return next(e for e in self.root.iter() if e.get("id") == wanted)


def words(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def open_page(client: Client, path: str, *, status: int = 200, **extra: object) -> Judged:
    """GET, expect `status`, judge. Every local link of the page must lead somewhere."""
    response = client.get(path, **extra)
    assert response.status_code == status, f"{path} answered {response.status_code}, not {status}"
    return judge(client, response, path)


def judge(client: Client, response: HttpResponse, path: str) -> Judged:
    parser = HTMLParser(namespace_html_elements=False)
    root = parser.parse(response.content.decode())
    problems = [
        *_markup(response, parser),
        *_head(response, root),
        *_nothing_inline(root),
        *_ids(root),
        *_names(root),
        *_headings(root),
        *_language(root),
        *_links(client, root, path),
    ]
    assert problems == [], f"{path}:\n" + "\n".join(problems)
    return Judged(response, root)


def _markup(response: HttpResponse, parser: HTMLParser) -> Iterator[str]:
    lines = response.content.decode().splitlines()
    for (line, column), code, values in parser.errors:
        yield f"invalid HTML: {code} {values}\n  {lines[line - 1]}\n  {'-' * (column - 1)}^"
    if not response.content.startswith(b"<!DOCTYPE html>"):
        yield "the document type is missing"
    if response["Content-Type"] != "text/html; charset=utf-8":
        yield f"content type is {response['Content-Type']}"


def _head(response: HttpResponse, root: Element) -> Iterator[str]:
    if response.headers.get("Content-Security-Policy") != POLICY:
        yield "the strict content security policy is missing"
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy"):
        if name not in response.headers:
            yield f"header {name} is missing"
    if root.get("lang") != response.headers.get("Content-Language"):
        yield f"lang is {root.get('lang')}, the header says {response.headers.get('Content-Language')}"
    headlines = list(root.iter("h1"))
    if len(headlines) != 1:
        yield f"{len(headlines)} h1, not one"
    elif not words(root.find("head/title")).startswith(words(headlines[0])):
        yield f"the title `{words(root.find('head/title'))}` does not begin with `{words(headlines[0])}`"
    if not any(meta.get("name") == "viewport" for meta in root.iter("meta")):
        yield "no viewport: a phone would shrink the page"
    if len(list(root.iter("main"))) != 1:
        yield "not one main"


def _nothing_inline(root: Element) -> Iterator[str]:
    for element in root.iter():
        if element.tag in {"script", "style", "iframe", "object", "embed"}:
            yield f"<{element.tag}> on the page"
        for name, value in element.attrib.items():
            if name == "style" or name.startswith("on"):
                yield f"inline {name} on <{element.tag}>"
            if name in {"src", "href", "action"} and value.lstrip().lower().startswith("javascript:"):
                yield f"a script in {name} of <{element.tag}>"
        source = element.get("src") or (element.get("href", "") if element.tag == "link" else "")
        if urlsplit(source).netloc:
            yield f"<{element.tag}> asks another host: {source}"


def _ids(root: Element) -> Iterator[str]:
    ids = Counter(e.get("id") for e in root.iter() if e.get("id") is not None)
    for name, count in ids.items():
        if count > 1 or not name or " " in name:
            yield f"id `{name}` stands {count} times or is no id"
    for element in root.iter():
        for attribute in REFERENCES:
            for target in element.get(attribute, "").split():
                if target not in ids:
                    yield f"{attribute} of <{element.tag}> points to no id `{target}`"


def _names(root: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in root.iter("label")}
    for element in root.iter():
        seen = element.tag in FIELDS and element.get("type") not in {"hidden", "submit"}
        if seen and element.get("id") not in labelled and not _named(element):
            yield f"<{element.tag} name={element.get('name')}> has no label"
        if element.tag in {"a", "button"} and not (words(element) or _named(element) or _picture_name(element)):
            yield f"<{element.tag}> without a name"
        if element.tag == "img" and "alt" not in element.attrib:
            yield "an image without alt"
        if element.tag == "table" and element.find("caption") is None:
            yield "a table without a caption"
        if element.tag == "form" and not element.get("action"):
            yield "a form without an action"


def _named(element: Element) -> bool:
    return bool(element.get("aria-label") or element.get("aria-labelledby"))


def _picture_name(element: Element) -> bool:
    return any(image.get("alt") for image in element.iter("img"))


def _headings(root: Element) -> Iterator[str]:
    level = 0
    for element in root.iter():
        if element.tag in HEADINGS:
            now = int(element.tag[1])
            if now > level + 1:
                yield f"<{element.tag}> `{words(element)}` skips a level"
            if not words(element):
                yield f"an empty <{element.tag}>"
            level = now


def _language(root: Element) -> Iterator[str]:
    for lang, text in _said(root, root.get("lang", "")):
        if lang == "vi" and (found := ENGLISH.search(text)):
            yield f"English `{found[0]}` on Vietnamese ground: `{text.strip()}`"
        if lang == "en" and len([word for word in VIETNAMESE.findall(text) if len(word) > 1]) > 1:
            yield f"Vietnamese on English ground: `{text.strip()}`"


def _said(element: Element, lang: str) -> Iterator[tuple[str, str]]:
    """Every piece of text, also in labels for the ear, with the language it is declared to be in."""
    if element.tag in {"code", "pre", "samp"}:
        return
    lang = element.get("lang", lang)
    spoken = (element.get("aria-label"), element.get("alt"), element.get("title"), element.get("placeholder"))
    yield from ((lang, text) for text in (element.text, *spoken) if text and text.strip())
    for child in element:
        yield from _said(child, lang)
        if child.tail and child.tail.strip():
            yield (lang, child.tail)


def _links(client: Client, root: Element, path: str) -> Iterator[str]:
    ids = {e.get("id") for e in root.iter()}
    targets = {e.get("href", "") or e.get("src", "") for e in root.iter() if e.tag in {"a", "link", "img"}}
    for target in sorted(targets):
        split = urlsplit(target)
        if split.scheme or split.netloc:
            continue
        if not split.path:
            if split.fragment not in ids:
                yield f"link to `{target}` leads to no place on the page"
            continue
        found = client.get(urljoin(path, target))
        if found.status_code != 200:
            yield f"link to `{target}` answers {found.status_code}"
