"""Tables that survive every kill: DynamoDB Local with its data on disk, killed and restarted."""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.dynamodb_local.server import DynamoDBLocal, dynamodb_local, free_port


class DurableTables:
    """One address and one folder, served by one process after another."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder, self._port = folder, free_port()
        self._stack = ExitStack()
        self._server: DynamoDBLocal | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def kill(self) -> None:
        """Kill the process with SIGKILL: it flushes nothing and closes no connection."""
        assert self._server is not None
        self._server.process.kill()
        self._server.process.wait()
        self._stack.close()

    def start(self) -> None:
        """Serve the folder with its existing data. Returns when the server listens."""
        self._server = self._stack.enter_context(dynamodb_local(self._folder, self._port))
