"""Bring words to people: whom, which words, when and on which device.

This package is told *that* something is to be delivered and never *why*. It knows people,
devices, reminders and prompts; it knows nothing of answers, patterns or decisions.
"""
