"""Components are strict: what they do not know is an error that says what they do know."""

import pytest
from django.template import Context, Template, TemplateSyntaxError

from camket.design.components import COMPONENTS

pytestmark = pytest.mark.filterwarnings("error")


def draw(source: str, **context: object) -> str:
    return Template(source).render(Context({"lang": "vi", **context}))


def test_a_component_is_drawn_and_escapes_its_attributes() -> None:
    drawn = draw('{% card id="a" title=title %}<p>x</p>{% endcard %}', title="<b>Bình & con</b>")
    assert "&lt;b&gt;Bình &amp; con&lt;/b&gt;" in drawn
    assert "<p>x</p>" in drawn


def test_an_unknown_attribute_is_an_error_that_lists_the_accepted_ones() -> None:
    with pytest.raises(TemplateSyntaxError, match=r"no attribute `colour`; it takes kind, text"):
        draw('{% badge kind="plain" text="x" colour="red" %}')


def test_a_missing_attribute_is_an_error() -> None:
    with pytest.raises(TemplateSyntaxError, match="`badge` lacks `text`"):
        draw('{% badge kind="plain" %}')


def test_a_value_outside_the_list_is_an_error() -> None:
    with pytest.raises(TemplateSyntaxError, match="`kind` is one of completion, overruled, plain"):
        draw('{% badge kind=kind text="x" %}', kind="pink")


def test_a_positional_argument_is_an_error() -> None:
    with pytest.raises(TemplateSyntaxError, match="name=value"):
        draw('{% badge "plain" %}')


@pytest.mark.parametrize("spec", COMPONENTS, ids=lambda spec: spec.name)
def test_every_component_has_a_template_that_draws(spec) -> None:
    given = dict.fromkeys(spec.required, "plain")
    source = "{% " + spec.name + "".join(f' {name}="{value}"' for name, value in given.items()) + " %}"
    source += f"body{{% end{spec.name} %}}" if spec.block else ""
    assert "plain" in draw(source)


def test_a_sentence_is_said_in_the_language_of_the_page_with_values_escaped() -> None:
    template = Template('{% say "Chào {name}" "Hello {name}" name=name %}')
    assert template.render(Context({"lang": "vi", "name": "<Lan>"})) == "Chào &lt;Lan&gt;"
    assert template.render(Context({"lang": "en", "name": "<Lan>"})) == "Hello &lt;Lan&gt;"
