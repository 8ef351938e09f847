"""Plumbing of the pages: headers, templates and what every page shares."""
