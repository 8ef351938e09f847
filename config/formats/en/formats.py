"""English: Monday, 5 January."""

WEEKDAY_FORMAT = "l, j F"
MONTH_DAY_FORMAT = "j F"
DATE_FORMAT = "j F Y"
MOMENT_FORMAT = "j F, H:i"
SHORT_DAY_FORMAT = "j M"
