"""The public pages: the console with its sign-in, the encoding of answers and their entity tags."""

import re

import pytest

from lambdas.api.http.encoding import accepts_gzip
from lambdas.settings import Settings
from tests.support.api_caller import ApiCaller
from tests.support.world import World

PUBLIC = ["/console", "/console/console.js", "/docs", "/openapi.json"]


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


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        *((one, True) for one in ("gzip", "GZIP", "br, gzip;q=0.5", "*", "gzip; q=1.0", "*;q=0.1")),
        *((one, False) for one in ("", "identity", "br", "gzip;q=0", "gzip;q=0.000", "xgzip")),
        *((one, False) for one in ("gzip;q=0, *", "*;q=0")),
    ],
)
def test_gzip_is_chosen_if_the_client_accepts_it(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize(("accepts", "encoding"), [("gzip", "gzip"), ("gzip;q=0", None)])
def test_a_public_answer_names_its_encoding_and_that_it_varies(
    api: ApiCaller, path: str, accepts: str, encoding: str | None
) -> None:
    plain = api.get(path, None)
    answer = api.get(path, None, headers={"Accept-Encoding": accepts})

    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.text == plain.text


def test_an_answer_to_a_token_is_never_compressed(api: ApiCaller) -> None:
    answer = api.get("/orders", headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/console", "/console/console.js"])
def test_each_encoding_has_an_entity_tag_and_a_304_has_no_content(
    api: ApiCaller, path: str
) -> None:
    plain = api.get(path, None).headers["etag"]
    compressed = api.get(path, None, headers={"Accept-Encoding": "gzip"}).headers["etag"]
    sent = {"Accept-Encoding": "gzip", "If-None-Match": compressed}
    unchanged = api.get(path, None, headers=sent)
    other = api.get(path, None, headers={**sent, "If-None-Match": plain})

    assert plain != compressed
    assert (unchanged.status, unchanged.text) == (304, "")
    assert "content-encoding" not in unchanged.headers
    assert unchanged.headers["vary"] == "Accept-Encoding"
    assert other.status == 200
