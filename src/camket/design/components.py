"""Strict components: a template tag per piece of page, each with a closed list of attributes.

A component is declared once below and drawn by `templates/design/components/<name>.html`. An unknown or missing
attribute is a template error that lists the accepted ones; an attribute with a closed list of values refuses others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.exceptions import TemplateSyntaxError
from django.template.loader import get_template
from django.utils.safestring import SafeString

from camket.design import assets
from camket.design.words import choose

register = template.Library()


@dataclass(frozen=True, slots=True)
class Component:
    """What a tag accepts. `block` components wrap content and end with `{% end<name> %}`."""

    name: str
    required: frozenset[str]
    optional: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)
    block: bool = False

    def check_names(self, given: Iterable[str]) -> None:
        names = set(given)
        accepted = self.required | set(self.optional)
        if wrong := sorted(names - accepted):
            raise TemplateSyntaxError(
                f"component `{self.name}` has no attribute {', '.join(f'`{name}`' for name in wrong)}; "
                f"it takes {', '.join(sorted(accepted)) or 'none'}"
            )
        if missing := sorted(self.required - names):
            raise TemplateSyntaxError(f"component `{self.name}` lacks {', '.join(f'`{name}`' for name in missing)}")

    def check_values(self, values: Mapping[str, object]) -> None:
        for name, allowed in self.choices.items():
            if values[name] not in allowed:
                raise TemplateSyntaxError(
                    f"component `{self.name}`: `{name}` is one of {', '.join(sorted(allowed))}, not `{values[name]}`"
                )


class ComponentNode(template.Node):
    """A component at its place in a template."""

    def __init__(self, spec: Component, given: Mapping[str, FilterExpression], body: NodeList | None) -> None:
        self.spec, self.given, self.body = spec, given, body

    def render(self, context: Context) -> SafeString:
        values: dict[str, object] = dict(self.spec.optional)
        values |= {name: expression.resolve(context) for name, expression in self.given.items()}
        self.spec.check_values(values)
        if self.body is not None:
            values["body"] = self.body.render(context)
        values["lang"] = context["lang"]
        return SafeString(get_template(f"design/components/{self.spec.name}.html").render(values))


def _compile(spec: Component, parser: Parser, token: Token) -> ComponentNode:
    bits = token.split_contents()[1:]
    given = token_kwargs(bits, parser)
    if bits:
        raise TemplateSyntaxError(f"component `{spec.name}` takes name=value attributes only, not `{bits[0]}`")
    spec.check_names(given)
    body = None
    if spec.block:
        body = parser.parse((f"end{spec.name}",))
        parser.delete_first_token()
    return ComponentNode(spec, given, body)


# What a badge or notice is about: nothing special, what the owner added, what the law sets aside.
KINDS = frozenset({"plain", "completion", "overruled"})
COMPONENTS = (
    Component("badge", frozenset({"kind", "text"}), choices={"kind": KINDS}),
    Component("card", frozenset({"id", "title"}), {"href": "", "title_lang": ""}, block=True),
    Component("fact", frozenset({"term"}), block=True),
    Component("facts", frozenset({"by"}), block=True),
    Component(
        "notice",
        frozenset({"kind", "title"}),
        {"id": ""},
        choices={"kind": KINDS},
        block=True,
    ),
)
for _spec in COMPONENTS:
    register.tag(_spec.name, partial(_compile, _spec))


@register.simple_tag
def asset(name: str) -> str:
    """Give the address of a file of the design."""
    return assets.url(name)


@register.simple_tag(takes_context=True)
def say(context: Context, vi: str, en: str, **values: object) -> SafeString:
    """Say the sentence in the language of the page; `{name}` is filled, escaped, from the attributes."""
    return choose(context["lang"], vi=vi, en=en, **values)
