"""A first look with a real browser: pages come over TLS, keep to their own policy and pass axe."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["/", "/policy", "/nowhere"])
def test_page_is_sound(page, sound, path):
    answer = page.goto(path)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    expect(page).to_have_title(re.compile(".+"))
    expect(page.locator("h1")).to_have_count(1)
    sound(page)


def test_injected_script_does_not_run(visitor):
    visitor.expected.append("requires 'TrustedScript' assignment")
    page = visitor()
    page.goto("/policy")
    ran = page.evaluate("""() => {
        const script = document.createElement('script');
        try { script.textContent = 'window.injected = true'; document.body.append(script); } catch (error) { return error.name; }
        return String(window.injected);
    }""")
    assert ran == "TypeError", "Trusted Types let a string become a script"


def test_axe_sees_a_planted_fault(page, axe):
    page.goto("/policy")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        axe(page)
