import socket

import pytest
from pytest_socket import SocketBlockedError


def test_a_test_here_cannot_open_a_socket() -> None:
    with pytest.raises(SocketBlockedError):
        socket.create_connection(("127.0.0.1", 9))
