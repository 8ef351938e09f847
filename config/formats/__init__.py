"""How each language writes a day, for `{{ day|date:"WEEKDAY_FORMAT" }}`. What is not named here, Django knows."""
