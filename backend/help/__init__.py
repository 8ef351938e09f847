"""Whom to turn to in a crisis, by country: dated files under review, shown to anyone and noted down nowhere."""
