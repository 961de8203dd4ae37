"""Advice for a failed phase, selected by its output."""

import re

_UNREACHABLE = re.compile(
    r"name resolution|dns error|name or service not known|failed to lookup|nodename nor servname"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|connection refused"
    r"|network is unreachable|NewConnectionError|ConnectTimeout|timed out|tunnel|proxy"
    r"|error sending request|client error \(connect\)",
    re.IGNORECASE,
)
_CERTIFICATE = re.compile(r"CERTIFICATE|UnknownIssuer|self.signed", re.IGNORECASE)
_DISK = re.compile(r"No space left|ENOSPC|quota", re.IGNORECASE)
_HASH = re.compile(r"hash mismatch|do not match the hashes|EINTEGRITY", re.IGNORECASE)
_WHEEL = re.compile(
    r"no matching distribution|no usable wheel|no wheels? with a matching|building from source",
    re.IGNORECASE,
)

_ADVICE = (
    (_DISK, "The disk is full: set-up needs about 1 GB for .venv and the tools' caches."),
    (
        _HASH,
        "A downloaded package is not the locked one. Do not continue: a proxy or mirror altered\n"
        "it, or a cache is damaged (try `.venv/bin/uv cache clean`).",
    ),
    (
        _CERTIFICATE,
        "A certificate was not trusted. Behind a proxy that opens TLS, point PIP_CERT at its\n"
        "certificate (a PEM file): all three installers then use it.",
    ),
    (
        _UNREACHABLE,
        "The package registries could not be reached. Set-up needs the network once; it uses\n"
        "HTTPS_PROXY, and PIP_INDEX_URL and NPM_CONFIG_REGISTRY for mirrors.",
    ),
    (
        _WHEEL,
        "A locked package has no build for this Python on this machine. Try a tested Python:\n"
        "make demo PYTHON=python3.13",
    ),
)
_GENERAL_ADVICE = (
    "Read the log. `make purge` removes everything that set-up installed, for a fresh start."
)


def advice_on(output: str) -> str:
    """The first advice whose symptom is in the output; otherwise general advice."""
    matching = (advice for symptom, advice in _ADVICE if symptom.search(output))
    return next(matching, _GENERAL_ADVICE)
