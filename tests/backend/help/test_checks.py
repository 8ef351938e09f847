"""Numbers that nobody has looked at for half a year stop a deployment, not a running service."""

from datetime import timedelta

from django.core.checks.registry import registry

from backend.help.checks import crisis_resources_are_fresh, stale_on
from backend.help.loader import LONGEST_UNCHECKED, countries


def test_fresh_files_are_fine_and_old_ones_are_named():
    oldest = min(one.checked_on for one in countries())
    assert stale_on(oldest + LONGEST_UNCHECKED) == []
    found = stale_on(oldest + LONGEST_UNCHECKED + timedelta(days=1))
    assert found
    assert {one.id for one in found} == {"ebb.E012"}
    assert any("us" in str(one.msg) for one in stale_on(oldest + 4 * LONGEST_UNCHECKED))


def test_the_check_belongs_to_deployment_alone():
    assert crisis_resources_are_fresh in registry.deployment_checks
    assert crisis_resources_are_fresh not in registry.registered_checks
