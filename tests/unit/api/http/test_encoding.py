"""Content encoding of the public answers, and their entity tags."""

import pytest

from lambdas.api.http.encoding import accepts_gzip
from tests.support.api_caller import ApiCaller

PUBLIC = ["/console", "/console/console.js", "/docs", "/openapi.json"]


@pytest.mark.parametrize(
    "header", ["gzip", "GZIP", "br, gzip;q=0.5", "*", "gzip; q=1.0", "*;q=0.1"]
)
def test_gzip_is_chosen_when_the_client_accepts_it(header: str) -> None:
    assert accepts_gzip(header)


@pytest.mark.parametrize(
    "header", ["", "identity", "br", "gzip;q=0", "gzip;q=0.000", "gzip;q=0, *", "*;q=0", "xgzip"]
)
def test_gzip_is_not_chosen_when_the_client_does_not_accept_it(header: str) -> None:
    assert not accepts_gzip(header)


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
