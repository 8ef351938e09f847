"""One fault run as a process of its own: `python -m config.faults.play NAME SCALE SEED FOLDER`.

Its environment is the thrown-away installation's. What it says goes to standard error, its result to FOLDER/result.json.
"""

import json
import os
import signal
import sys
from pathlib import Path

import django

from config.faults import FAULTS


def main(name: str, scale: str, seed: str, folder: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.utils.module_loading import import_string

    from config.faults.ground import Ground

    with Ground(Path(folder), scale=float(scale), seed=int(seed)) as ground:
        result = import_string(FAULTS[name].run)(ground)
    (Path(folder) / "result.json").write_text(json.dumps(result.as_json()), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
