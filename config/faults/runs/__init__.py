"""One file for each fault that is brought about."""
