"""Knows the people: accounts, couples, consents and privacy, and the plumbing that everything stands on. Knows no check-in and no prompt."""
