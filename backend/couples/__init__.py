"""Couples: invitation, pairing, and leaving."""
