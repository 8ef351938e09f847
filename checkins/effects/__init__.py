"""Whether prompts help: the causal effect of the coin, estimated from the log. Pure arithmetic, numpy and the standard library.

`wcls` estimates, `answering` weighs for answers that are missing, `study` turns the log into what both need, `rehearsal` tries
all of it on made-up trials whose truth is known.
"""
