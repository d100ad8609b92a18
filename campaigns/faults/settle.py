"""Syncs every file and folder below a folder; run with the disk's library loaded, it makes all of it durable."""

import os
import sys
from pathlib import Path


def main(root: Path) -> None:
    for folder, _, names in os.walk(root):
        for path in (*(Path(folder) / name for name in names), Path(folder)):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                continue
            handle = os.open(path, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
