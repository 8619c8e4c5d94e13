"""Runs the service: `python -m service`, from the folder above."""

import os
import sys

import uvicorn

from .application import create_app
from .identity import FakeIdentityProvider
from .settings import Settings


def main() -> None:
    """Serve on 127.0.0.1."""
    if os.environ.get("SERVICE_FAKE_LOGIN") != "1":
        sys.exit("error: there is only a fake identity provider here; SERVICE_FAKE_LOGIN=1 says that you know")
    uvicorn.run(create_app(Settings.from_environment(), FakeIdentityProvider()), host="127.0.0.1", port=8000)


if __name__ == "__main__":
    main()
