"""Somebody who guesses from their own answers and prompts how the other's day was, as well as anybody could (I2). Pure numpy.

`lives` lets many made-up lives of a couple go on from day to day, `guesser` weighs them by what the guesser sees, `scoring` says
how good the guesses are.
"""
