"""Fixtures for tests that talk to a real server (server.py)."""

import pytest

from server import Server


@pytest.fixture
def server():
    """A server of this test's own, ready, with nothing in it."""
    with Server() as one:
        yield one


@pytest.fixture(scope="module")
def shared_server():
    """One for all tests of a module, for tests that don't mind each other."""
    with Server() as one:
        yield one


@pytest.fixture
def client(server):
    with server.connect() as one:
        yield one
