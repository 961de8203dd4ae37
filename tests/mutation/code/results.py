"""The result of each mutant, read from mutmut's files in the folder `mutants`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

from tests.conftest import FIXED_SEED
from tests.mutation.code.sampling import sample

FOLDER = Path("mutants")
DETECTED = frozenset({"killed", "timeout"})
"""A mutant that never ends is detected too."""


@dataclass(frozen=True, slots=True)
class MutantResult:
    """`key` is mutmut's name; `file` the source; `status` in mutmut's words, e.g. `survived`."""

    key: str
    file: str
    status: str

    @property
    def detected(self) -> bool:
        return self.status in DETECTED

    @property
    def function(self) -> str:
        """The function of the mutant, e.g. `domain.record.order.Order.line`."""
        path, _, mangled = self.key.rpartition(".")
        name = mangled.rpartition("__mutmut_")[0].removeprefix("x_").removeprefix("xǁ")
        return f"{path.removeprefix('lambdas.')}.{name.replace('ǁ', '.')}"


def read_results(
    folder: Path = FOLDER, *, size: int | None = None, seed: int = FIXED_SEED
) -> Iterator[MutantResult]:
    """Read the result of every tested mutant, by file and place. With a `size`, only those in a
    random sample of all mutants.
    """
    files = sorted(folder.rglob("*.py.meta"))
    codes = {file: json.loads(file.read_text("utf-8"))["exit_code_by_key"] for file in files}
    drawn = sample([key for found in codes.values() for key in found], size, seed)
    for file, found in codes.items():
        source = str(file.relative_to(folder)).removesuffix(".meta")
        for key, exit_code in found.items():
            if exit_code is not None and key in drawn:
                yield MutantResult(key, source, status_by_exit_code[exit_code])


def reset_undetected(folder: Path = FOLDER) -> None:
    """Remove the results of undetected mutants, so that the next run tests them again."""
    for file in folder.rglob("*.py.meta"):
        found = json.loads(file.read_text(encoding="utf-8"))
        codes: dict[str, int | None] = found["exit_code_by_key"]
        found["exit_code_by_key"] = {
            key: code if status_by_exit_code[code] in DETECTED else None
            for key, code in codes.items()
        }
        file.write_text(json.dumps(found), encoding="utf-8")


def describe_change(result: MutantResult) -> str:
    """Returns `function: new lines` of a mutant, on one line."""
    lines = get_diff_for_mutant(result.key, path=result.file).splitlines()
    new = [line[1:].strip() for line in lines if line.startswith("+") and line[1:2] != "+"]
    return f"{result.function}: {' '.join(new)}"
