"""Deployment packages, unpacked once for all the workers that run them."""

import hashlib
import io
import tempfile
import threading
import zipfile
from pathlib import Path

_lock = threading.Lock()


def unpack(package: bytes) -> Path:
    """The directory with a zip's content, unpacked on first use.

    Shared by all functions with the same package, so Python compiles its modules only once.
    """
    folder = Path(tempfile.gettempdir()) / "packages" / hashlib.sha256(package).hexdigest()[:32]
    with _lock:
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            unfinished = Path(tempfile.mkdtemp(dir=folder.parent))
            with zipfile.ZipFile(io.BytesIO(package)) as archive:
                archive.extractall(unfinished)
            unfinished.rename(folder)
    return folder


def layer_paths(layers: list[bytes]) -> list[str]:
    """The paths of the layers for ``sys.path``. AWS: Packaging your layer content (``python/``)."""
    found: list[str] = []
    for layer in layers:
        python = unpack(layer) / "python"
        found += [str(path) for path in (python, *python.glob("lib/python*/site-packages"))]
    return [path for path in found if Path(path).is_dir()]
