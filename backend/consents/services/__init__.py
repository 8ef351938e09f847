"""Every write of a person about what others may see: `sharing` with the partner, `approving` a therapist."""

from backend.consents.services.approving import (
    LONGEST,
    WORDING_VERSION,
    OldWording,
    Terms,
    approve,
    enter_code,
    withdraw,
)
from backend.consents.services.sharing import (
    NotPaired,
    choose,
    enter_safety,
    leave_safety,
    pause,
    resume,
)

__all__ = [
    "LONGEST",
    "WORDING_VERSION",
    "NotPaired",
    "OldWording",
    "Terms",
    "approve",
    "choose",
    "enter_code",
    "enter_safety",
    "leave_safety",
    "pause",
    "resume",
    "withdraw",
]
