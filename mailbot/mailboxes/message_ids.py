"""The Message-ID out of a message's header bytes, without parsing anything else."""

import re

#: A header is not read further than this for its Message-ID.
HEADER_BYTES = 256 * 1024

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID = re.compile(
    rb"^message-id[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE
)
_BRACKETED = re.compile(rb"<[^<>]+>")


def message_id_of(mime: bytes) -> str:
    """Given a message or its header, return its Message-ID with angle brackets, or "".

    Of several the first counts; one without brackets is returned as it stands.
    """
    end = _HEADER_END.search(mime)
    found = _MESSAGE_ID.search(mime[: end.end()] if end else mime)
    if not found:
        return ""
    value = b" ".join(found.group(1).split())
    bracketed = _BRACKETED.search(value)
    return (bracketed.group() if bracketed else value).decode("utf-8", "replace")
