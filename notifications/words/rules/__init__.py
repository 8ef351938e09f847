"""What the words never say, language by language: one file of lists each.

The lists are deliberately blunt: a text that trips over one is better said another way. They look for whole families of
phrases (anything after "you are", anything a third person feels) rather than for single slips.
"""

from collections.abc import Mapping
from typing import Final

from notifications.words.rules import en, es
from notifications.words.rules.base import LanguageRules

RULES: Final[Mapping[str, LanguageRules]] = {"en": en.RULES, "es": es.RULES}
