"""Mails written to files, for development. They hold codes that let somebody in, so nobody else on the machine may read them."""

import os
from pathlib import Path
from typing import Any

from django.core.mail.backends import filebased


class PrivateFileBackend(filebased.EmailBackend):
    """Django's own, with a folder and files for their owner alone, whatever the umask is."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        Path(self.file_path).chmod(0o700)

    def open(self) -> bool:
        if self.stream is not None:
            return False
        self.stream = open(self._get_filename(), "ab", opener=lambda path, flags: os.open(path, flags, 0o600))  # noqa: SIM115 (closed by close)
        return True
