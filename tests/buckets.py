"""An S3 server on loopback for tests: real HTTP, a real client, and a bucket of one's own in it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from core.s3_store import _CONFIG

KEYS = {"AWS_ACCESS_KEY_ID": "thu", "AWS_SECRET_ACCESS_KEY": "thu", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def running_s3() -> Iterator[str]:
    """The address of the server, which is stopped at the end."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def client_of(address: str) -> Any:
    """A client that speaks to the server."""
    return boto3.client(
        "s3", endpoint_url=address, config=_CONFIG, region_name=KEYS["AWS_DEFAULT_REGION"],
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"], aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )  # fmt: skip


def new_bucket(client: Any) -> str:
    """The name of an empty bucket."""
    name = f"thu-{secrets.token_hex(6)}"
    client.create_bucket(Bucket=name)
    return name
