"""The cloud assembly of the local deployment, reused until an input of the synthesis changes.

`cdk synth` takes most of the time of a deployment. A second start takes the assembly from
`.local/assemblies` and changes only the emulator's address in it.
"""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from local.deployment.cdk import run_cdk
from local.deployment.synthesis_inputs import input_key
from local.host.folders import REPOSITORY, Folders
from local.host.locking import exclusive_lock
from local.host.progress import phase, print_message
from stacks.packaging.cache import cached_folder

PLACEHOLDER_URL = "http://emulator.invalid"
"""Placeholder of the emulator's address in cached assemblies: the port changes at every start."""
PLACEHOLDER_STRIPE_URL = "http://stripe.invalid"
_NONE: Mapping[str, str] = {}
_APP = f'"{sys.executable}" -m local.deployment.emulator_app'


class _InputsChangedError(Exception):
    """A source was edited during the synthesis: the template may contain both versions of it."""


def assembly(
    folders: Folders,
    context: Mapping[str, str],
    *,
    url: str,
    others: Mapping[str, str] = _NONE,
) -> Path:
    """The cloud assembly of this checkout and context; synthesised only after an input changed.

    `url` is the emulator's address, `others` are those of other processes with their placeholders;
    the context may contain them. One environment at a time uses the cache: a second one waits and
    reuses the assembly instead of synthesising it again.
    """
    placeholders = {url: PLACEHOLDER_URL, **others}
    context = {name: replace_all(value, placeholders) for name, value in context.items()}
    waiting = "another environment uses the cache of templates; waiting for it …"
    with exclusive_lock(folders.assemblies / "lock", waiting):
        cached = None
        while cached is None:
            cached = _cached_assembly(folders, context, url=url)
        addresses = {placeholder: address for address, placeholder in placeholders.items()}
        return _for_emulator(cached, folders.home / "cdk.out", addresses)


def replace_all(text: str, replacements: Mapping[str, str]) -> str:
    """The text with each key replaced by its value. The longest key comes first: the port of one
    address may begin with that of another.
    """
    for old in sorted(replacements, key=len, reverse=True):
        text = text.replace(old, replacements[old])
    return text


def _cached_assembly(folders: Folders, context: Mapping[str, str], *, url: str) -> Path | None:
    """The cached assembly; None if a source changed while it was synthesised. Raises LocalProblem
    when `cdk synth` fails.
    """
    key = input_key(REPOSITORY, context)
    reused = True

    def synthesise(folder: Path) -> None:
        nonlocal reused
        reused = False
        with phase("synthesising the stack"):
            _synthesise(folders, folder, context, url=url)
        if input_key(REPOSITORY, context) != key:
            raise _InputsChangedError

    try:
        cached = cached_folder(folders.assemblies, "cdk.out", key, synthesise)
    except _InputsChangedError:
        print_message("[yellow]a source changed during the synthesis; synthesising again[/]")
        return None
    if reused:
        print_message("[green]✓[/] reusing the synthesised template: no source has changed")
    return cached


def _synthesise(folders: Folders, folder: Path, context: Mapping[str, str], *, url: str) -> None:
    log = folders.log("synth")
    log.unlink(missing_ok=True)
    options = [word for name, value in context.items() for word in ("-c", f"{name}={value}")]
    arguments = ["synth", "--quiet", "--app", _APP, "--output", str(folder), *options]
    run_cdk("synthesising", arguments, url=url, log=log)


def _for_emulator(cached: Path, copy: Path, addresses: Mapping[str, str]) -> Path:
    """A copy of an assembly, with the addresses of one environment in its templates."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(cached, copy)
    for template in copy.glob("*.template.json"):
        text = replace_all(template.read_text(encoding="utf-8"), addresses)
        template.write_text(text, encoding="utf-8")
    return copy
