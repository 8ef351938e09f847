"""Therapists: who they are, who verified them, the couples they offered a code to, and their own notes."""
