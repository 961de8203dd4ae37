"""The console's page and files as they are served, and where people sign in."""

import re

import pytest

from lambdas.settings import Settings
from tests.support.api_caller import ApiCaller
from tests.support.world import World


def directives(policy: str) -> dict[str, list[str]]:
    parts = (one.split() for one in policy.split(";"))
    return {name: sources for name, *sources in parts}


def test_the_page_may_load_from_its_own_host_only_and_call_the_sign_in(api: ApiCaller) -> None:
    answer = api.get("/console", None)

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = directives(answer.headers["content-security-policy"])
    assert policy.pop("connect-src") == ["'self'", "https://id.example.com"]
    assert policy.pop("img-src") == ["'self'", "data:"]
    assert policy.pop("script-src") == policy.pop("style-src") == ["'self'"]
    assert set(policy) == {"default-src", "base-uri", "form-action", "frame-ancestors"}
    assert all(sources == ["'none'"] for sources in policy.values())


def test_a_sign_in_on_the_same_host_adds_no_source(api: ApiCaller, world: World) -> None:
    world.deps.settings = Settings(sign_in_url="/", user_pool_client_id="c")

    policy = api.get("/console", None).headers["content-security-policy"]

    assert directives(policy)["connect-src"] == ["'self'"]
    assert api.get("/sign-in", None).json["token_url"] == "/oauth2/token"


def test_every_file_that_the_page_names_is_served_in_its_type(api: ApiCaller) -> None:
    page = api.get("/console", None).text
    named = re.findall(r'(?:src|href)="console/([^"]+)"', page)

    kinds = {name: api.get(f"/console/{name}", None).headers["content-type"] for name in named}

    assert {"console.js", "console.css"} <= kinds.keys()
    assert kinds["console.js"].startswith("text/javascript")
    assert kinds["console.css"].startswith("text/css")


def test_the_page_has_nothing_in_line_and_nothing_from_elsewhere(api: ApiCaller) -> None:
    page = api.get("/console", None).text

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


@pytest.mark.parametrize("name", ["nothing.js", "index.html", "..", "%2e%2e", "console.py"])
def test_nothing_but_the_files_of_the_page_is_served(api: ApiCaller, name: str) -> None:
    assert api.get(f"/console/{name}", None).status == 404


def test_returns_the_sign_in_endpoints(api: ApiCaller) -> None:
    assert api.get("/sign-in", None).json == {
        "authorize_url": "https://id.example.com/oauth2/authorize",
        "token_url": "https://id.example.com/oauth2/token",
        "logout_url": "https://id.example.com/logout",
        "client_id": "client-1",
        "scope": "openid",
    }


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_address_with_a_slash_at_its_end_leads_to_the_console(
    api: ApiCaller, method: str
) -> None:
    answer = api.call(method, "/console/", None)

    assert (answer.status, answer.headers["location"]) == (308, "../console")
    assert answer.headers["cache-control"] == "public, no-cache"


def test_what_is_unchanged_is_not_sent_again(api: ApiCaller) -> None:
    for path in ("/console", "/console/console.js"):
        tag = api.get(path, None).headers["etag"]
        again = api.get(path, None, headers={"If-None-Match": tag})

        assert (again.status, again.text) == (304, "")
        assert again.headers["etag"] == tag
