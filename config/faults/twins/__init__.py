"""Twin worlds (I1): the same story told twice from one beginning, and all that one partner can reach recorded in both."""
