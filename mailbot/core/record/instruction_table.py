"""Every label that staff may write, from the modules that know them.

A module that reads labelled lines ends with its own `TABLE`; it is named here once.
"""

from collections.abc import Mapping

from mailbot.core.record import (
    agency_instructions,
    beginning_instructions,
    commissioning,
    count_instructions,
    explain_instructions,
    five_instructions,
    hold_instructions,
    meeting_instructions,
    merge_instructions,
    nhs_instructions,
    note_instructions,
    reported_instructions,
    settling,
    small_instructions,
)
from mailbot.core.record.instruction_words import Entry

TABLE: Mapping[str, Entry] = {
    **five_instructions.TABLE,
    **meeting_instructions.TABLE,
    **small_instructions.TABLE,
    **beginning_instructions.TABLE,
    **agency_instructions.TABLE,
    **hold_instructions.TABLE,
    **count_instructions.TABLE,
    **note_instructions.TABLE,
    **commissioning.TABLE,
    **merge_instructions.TABLE,
    **reported_instructions.TABLE,
    **nhs_instructions.TABLE,
    **settling.TABLE,
    **explain_instructions.TABLE,
}
