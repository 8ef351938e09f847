"""The stand-in as a program: it says where it is, writes the settings to use, and ends when asked."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from config.env import BASE_DIR


def test_it_serves_until_asked_to_end(tmp_path: Path):
    command = [sys.executable, "manage.py", "push_stand_in", "--port", "0", "--page", "0", "--folder", str(tmp_path)]
    with subprocess.Popen(
        command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True, env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    ) as child:
        said = [child.stdout.readline() for _ in range(3)]
        page = said[1].split()[-1]
        made = httpx.post(page + "phones", data={"platform": "fcm"}, trust_env=False).json()
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0
    assert made["kind"] == "fcm"
    settings = dict(line.split("=", 1) for line in (tmp_path / "settings.env").read_text().splitlines())
    assert settings["FCM_URL"] == said[0].split()[-1]
    for name in ("FCM_SERVICE_ACCOUNT_FILE", "APNS_KEY_FILE", "PUSH_DEVELOPMENT_CA"):
        assert Path(settings[name]).is_file()
    assert Path(settings["APNS_KEY_FILE"]).stat().st_mode & 0o077 == 0
