"""The page on which a user of the local user pool is chosen, grouped by role."""

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby

_TEXT = "On AWS this is the user pool's sign-in page. Here it asks for no password."
_ACTIONS: Mapping[str, str] = {
    "customer": "places, changes and cancels orders",
    "approver": "approves or declines payments",
    "operator": "sees all orders, manages stock, repairs",
}
"""The roles in the order of the page, and what each can do."""

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="UTF-8"><title>Sign in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ margin: 0; background: light-dark(#f6f7f5, #151816); color: light-dark(#1a1f1c, #e8ece9) }}
main {{ max-width: 26rem; margin: 3rem auto; padding: 1rem; border-radius: 8px;
  background: light-dark(#fff, #1f2421); border: 1px solid light-dark(#d5dad6, #3a423d) }}
h1 {{ font-size: 1.4rem; margin: 0 }} h2 {{ font-size: 1rem; margin: 1rem 0 0 }}
p {{ margin: .2rem 0; color: light-dark(#57605a, #a8b2ab) }}
button {{ font: inherit; display: block; width: 100%; margin: .5rem 0; padding: .45rem .9rem;
  border: 0; border-radius: 5px; text-align: left; cursor: pointer;
  background: light-dark(#1b6b3c, #1f7a45); color: #fff }}
</style></head>
<body><main><h1>Who are you?</h1><p>{text}</p>
<form method="POST" action="/login">{fields}</form></main></body></html>"""


def sign_in_page(
    hidden: Mapping[str, str], users: Iterable[tuple[str, list[str]]], problem: str = ""
) -> str:
    """The page for the users with their roles. Its form also sends the hidden fields."""
    fields = "".join(_hidden_field(name, value) for name, value in hidden.items())
    by_role = sorted(users, key=lambda user: (_position(user[1]), user[0]))
    for roles, group in groupby(by_role, key=lambda user: user[1]):
        title = ", ".join(roles) or "no role"
        fields += f"<h2>{escape(title.capitalize())}</h2>"
        fields += "".join(f"<p>{_ACTIONS[role]}</p>" for role in roles if role in _ACTIONS)
        fields += "".join(_button(name, title) for name, _ in group)
    return _PAGE.format(text=escape(problem or _TEXT), fields=fields)


def _position(roles: list[str]) -> tuple[int, str]:
    known = [list(_ACTIONS).index(role) for role in roles if role in _ACTIONS]
    return min(known, default=len(_ACTIONS)), ", ".join(roles)


def _hidden_field(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _button(user: str, roles: str) -> str:
    name = escape(user)
    return f'<button name="username" value="{name}">{name} ({escape(roles)})</button>'
