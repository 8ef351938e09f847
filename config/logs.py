"""Log lines as JSON, for machines that collect them. What is not named here is left out, so no content slips in by an argument."""

import json
import logging
from datetime import UTC, datetime
from typing import Final

NAMED: Final = ("delivery", "channel", "service", "state", "reason", "attempts", "lag_seconds")
"""What a line may say besides its words: opaque ids, names of services, counts and seconds."""


class JsonFormatter(logging.Formatter):
    """One object a line: when, how grave, who says it, what, and any of the named values."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name in NAMED if (value := record.__dict__.get(name)) is not None}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)
