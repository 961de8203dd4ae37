"""The deployment packages: one for each entry point of `lambdas`, and the layer beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aws_cdk import AssetHashType, IgnoreMode
from aws_cdk import aws_lambda as lambda_

from stacks.packaging.bytecode import compile_bytecode, compiler_version
from stacks.packaging.cache import cached_folder, digest
from stacks.packaging.libraries import install_libraries, keep_services

ENTRY_POINTS = (
    "lambdas/activities",
    "lambdas/api",
    "lambdas/handlers/comparison_handler.py",
    "lambdas/handlers/history_handler.py",
    "lambdas/handlers/janitor_handler.py",
    "lambdas/handlers/mail_reports_handler.py",
    "lambdas/handlers/order_events_handler.py",
    "lambdas/handlers/webhook_handler.py",
)
"""The package of a function leaves out the entry points of the others."""
CONSOLE = "console"
"""The browser application. Only the API serves it, so a change of it publishes no activity."""

_HERE = Path(__file__).parent
_CACHE = _HERE.parents[1] / ".local" / "packages"


@dataclass(frozen=True)
class Packages:
    """The packages of a checkout. `root` contains `lambdas`, `console` and the lock files."""

    root: Path
    python_version: str

    def code(self, handler: str) -> lambda_.Code:
        """The package of the function that runs `handler`, with byte-code."""
        left_out = _left_out(handler)
        return lambda_.Code.from_asset(
            str(self._compiled_code),
            exclude=_patterns(left_out),
            ignore_mode=IgnoreMode.GIT,
            asset_hash=self._code_digest(left_out),
            asset_hash_type=AssetHashType.CUSTOM,
        )

    def source_code(self, handler: str) -> lambda_.Code:
        """The same package without byte-code, for another version of Python."""
        left_out = _patterns(_left_out(handler))
        return lambda_.Code.from_asset(
            str(self.root),
            exclude=["/*", "!/lambdas", f"!/{CONSOLE}", "__pycache__", "*.pyc", *left_out],
            ignore_mode=IgnoreMode.GIT,
        )

    def layer(self, lock_file: str, *, services: Sequence[str] = ()) -> lambda_.Code:
        """The content of a layer: the libraries of a lock file, with byte-code.

        If botocore is among them, `services` are the AWS services whose models are kept.
        """
        lock = self.root / lock_file
        key = digest(self.root, [lock], self._compiler, *services)

        def fill(folder: Path) -> None:
            libraries = folder / "python"
            install_libraries(lock, libraries, python_version=self.python_version)
            if services:
                keep_services(libraries, services)
            self._compile(libraries, deployed_as="/opt/python")

        folder = cached_folder(_CACHE, lock.stem, key, fill)
        return lambda_.Code.from_asset(
            str(folder), asset_hash=key, asset_hash_type=AssetHashType.CUSTOM
        )

    @cached_property
    def _compiled_code(self) -> Path:
        """The code with byte-code, compiled once for all packages."""

        def fill(folder: Path) -> None:
            for source in self._sources():
                copied = folder / source.relative_to(self.root)
                copied.parent.mkdir(parents=True, exist_ok=True)
                copied.write_bytes(source.read_bytes())
            self._compile(folder, deployed_as="/var/task")

        return cached_folder(_CACHE, "code", self._code_digest(()), fill)

    def _code_digest(self, left_out: Sequence[str]) -> str:
        """Of the sources only: byte-code of one source differs between two compilations."""
        omitted = [self.root / name for name in left_out]
        kept = [path for path in self._sources() if not {path, *path.parents} & {*omitted}]
        return digest(self.root, kept, self._compiler)

    def _sources(self) -> Iterator[Path]:
        for folder in ("lambdas", CONSOLE):
            for path in (self.root / folder).rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                    yield path

    def _compile(self, folder: Path, *, deployed_as: str) -> None:
        compile_bytecode(folder, python_version=self.python_version, deployed_as=deployed_as)

    @cached_property
    def _compiler(self) -> str:
        """Everything but the sources that decides what a package holds."""
        own = digest(_HERE, (path for path in _HERE.iterdir() if path.is_file()))
        return f"python {self.python_version}, pyodide {compiler_version()}, {own}"


def _left_out(handler: str) -> list[str]:
    """What the package of a handler (`lambdas.activities.payment.refund_payment`) leaves out."""
    own = handler.replace(".", "/")
    others = [name for name in ENTRY_POINTS if not own.startswith(f"{name.removesuffix('.py')}/")]
    return others if own.startswith("lambdas/api/") else [*others, CONSOLE]


def _patterns(left_out: Sequence[str]) -> list[str]:
    """What to exclude of a package, with the byte-code of the entry points that are a file."""
    files = [Path(name) for name in left_out if name.endswith(".py")]
    compiled = [f"{file.parent}/__pycache__/{file.stem}.*" for file in files]
    return [f"/{name}" for name in (*left_out, *compiled)]
