"""Collect the documents for the documentation site: `make docs`.

The site has the folders of the repository, so every relative link works in both. It contains every
document, and every file that a document links to.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = frozenset({"node_modules", "build", "dist", "cdk.out", "mutants"})
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
SETTINGS = {
    "site_name": "Order workflow on AWS Step Functions",
    "docs_dir": "docs",
    "site_dir": "site",
    "theme": {"name": "material", "font": False, "features": ["navigation.indexes"]},
    "plugins": ["search"],
    "use_directory_urls": False,
    "validation": {"links": {"anchors": "warn", "unrecognized_links": "info"}},
}
_EXTENSIONS = """markdown_extensions:
  - tables
  - toc
  - pymdownx.superfences:
      custom_fences:
        - name: mermaid
          class: mermaid
          format: !!python/name:pymdownx.superfences.fence_code_format
"""


def documents(root: Path) -> Iterator[Path]:
    """Every document of the repository, relative to `root`."""
    for file in sorted(root.rglob("*.md")):
        path = file.relative_to(root)
        hidden = any(part.startswith(".") for part in path.parts)
        if not hidden and path.parts[0] not in LEFT_OUT:
            yield path


def linked_files(root: Path, document: Path) -> Iterator[Path]:
    """The files of the repository that a document links to, without documents."""
    text = (root / document).read_text(encoding="utf-8")
    for link in LINK.findall(text):
        target = (root / document.parent / link).resolve()
        if target.is_file() and target.suffix != ".md" and target.is_relative_to(root):
            yield target.relative_to(root)


def collect(root: Path, folder: Path) -> int:
    """Copy the documents and what they link to. Returns the number of documents."""
    shutil.rmtree(folder, ignore_errors=True)
    found = list(documents(root))
    for path in {*found, *(file for one in found for file in linked_files(root, one))}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, folder / path)
    return len(found)


def write_settings(file: Path) -> None:
    """The settings of MkDocs. JSON is YAML; the fence of diagrams names a Python object."""
    lines = [f"{name}: {json.dumps(value)}" for name, value in SETTINGS.items()]
    file.write_text("\n".join([*lines, _EXTENSIONS]), encoding="utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    print(f"{collect(ROOT, target)} documents")
    write_settings(target.parent / "mkdocs.yml")
