"""Entity tags of answers: the header `ETag`, and its comparison with `If-None-Match`."""

from hashlib import sha256

_SUFFIX = '-gzip"'


def tag_of(text: str) -> str:
    """A weak entity tag, computed from the text of an answer. For answers without a version."""
    return f'W/"{sha256(text.encode()).hexdigest()[:32]}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Weak comparison, which If-None-Match requires. (RFC 9110, 13.1.2)"""
    given = [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
    return "*" in given or tag.removeprefix("W/") in given


def tag_of_variant(tag: str, *, compressed: bool) -> str:
    """The strong entity tag of a representation. Each encoding is a separate representation."""
    return tag.removesuffix('"') + _SUFFIX if compressed else tag
