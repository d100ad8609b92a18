"""Shared test set-up. `CAMKET_DATABASE` chooses SQLite (default) or PostgreSQL; `./test` runs both."""

import os
import tempfile

os.environ.setdefault("CAMKET_HOME", tempfile.mkdtemp(prefix="camket-test-"))
