"""What the sign-up page shows besides its form."""

from django import template

from backend.accounts import services
from backend.accounts.zones import zone_groups

register = template.Library()
register.simple_tag(services.agreement_version, name="agreement_version")
register.simple_tag(zone_groups, name="zone_groups")
