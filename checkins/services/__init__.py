"""The product in three verbs: a check-in is kept, a closed day is assessed, a morning is decided."""

from checkins.services.submitting import IdReused, Item, Kept, TooOld, answer_by_token, delete_check_in, submit_batch, submit_check_in

__all__ = ["IdReused", "Item", "Kept", "TooOld", "answer_by_token", "delete_check_in", "submit_batch", "submit_check_in"]
