"""Accounts: who a person is to Ebb, how they sign in, and what they agreed to."""
