"""Decides: check-ins, the pattern, the reveal, the daily decision and the dashboard. Knows no channel and no device."""
