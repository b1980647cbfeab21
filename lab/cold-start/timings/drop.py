"""Asks the kernel to drop all files of a folder from memory."""

import os
import sys

for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        # A link may lead to the runtime, which stays in memory.
        if os.path.islink(path):
            continue
        file = os.open(path, os.O_RDONLY)
        # The kernel keeps pages that are not on disk yet.
        os.fdatasync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)
