"""A number that nobody has compared with its source for half a year may have changed: the check of a deployment says so."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from backend.help.loader import LONGEST_UNCHECKED, countries


@register(Tags.security, deploy=True)
def crisis_resources_are_fresh(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    return stale_on(datetime.now(UTC).date())


def stale_on(today: date) -> list[CheckMessage]:
    """One error for each country whose file is too old on that day."""
    return [
        Error(
            f"The crisis resources of {one.code!r} were last checked on {one.checked_on}, more than {LONGEST_UNCHECKED.days} days ago.",
            hint=f"Compare each line with its source, then set checked_on in backend/help/countries/{one.code}.toml.",
            id="ebb.E012",
        )
        for one in countries()
        if one.is_stale(today)
    ]
