"""Plumbing of the JSON API: who is asking, strict input, problem documents, pages of a list."""
