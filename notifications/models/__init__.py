"""Who may be reached and when, what is to be brought to them, and how far that has come."""

from notifications.models.deliveries import AnswerToken, Delivery, ServiceLimit
from notifications.models.devices import Device
from notifications.models.preferences import Preference, ReminderSlot
from notifications.models.prompts import Prompt
from notifications.models.retirements import Retirement

__all__ = ["AnswerToken", "Delivery", "Device", "Preference", "Prompt", "ReminderSlot", "Retirement", "ServiceLimit"]
