"""Spanish: lunes, 5 de enero."""

WEEKDAY_FORMAT = r"l, j \d\e F"
MONTH_DAY_FORMAT = r"j \d\e F"
DATE_FORMAT = r"j \d\e F \d\e Y"
MOMENT_FORMAT = r"j \d\e F, H:i"
SHORT_DAY_FORMAT = "j b"
