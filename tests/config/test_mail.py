"""Mails in files, which hold codes."""

import os

import pytest
from django.core import mail


@pytest.mark.parametrize("umask", [0o000, 0o022])
@pytest.mark.parametrize("folder_is_there", [True, False])
def test_a_mail_in_a_file_is_its_owners_alone(tmp_path, settings, umask, folder_is_there):
    folder = tmp_path / "mail"
    if folder_is_there:
        folder.mkdir(mode=0o755)
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "config.mail.PrivateFileBackend", str(folder)
    before = os.umask(umask)
    try:
        for code in ("QTSV-BWTX", "BCDF-GHJK"):
            mail.send_mail("Your code", code, None, ["alice@example.org"])
    finally:
        os.umask(before)
    files = list(folder.iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
    assert "QTSV-BWTX" in "".join(one.read_text() for one in files)
