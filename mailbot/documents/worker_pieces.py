"""What goes over the pipes between us and the worker process.

Each piece stands after its length. To the process: a request as JSON, then the file as it is. From
it: "ready" once, then for each file a first byte and, when that says so, the Document as JSON.
"""

import struct

LENGTH = struct.Struct(">Q")
READY = b"ready"
#: The Document follows.
READ = b"D"
#: The reader let an exception out; its class follows, never its text, which could quote the file.
FAULT = b"F"
NO_MEMORY = b"M"
#: The computer had no room, or let no program be started: nothing is wrong with the file.
NOT_NOW = b"N"
TOO_MUCH = b"A"
#: These the process cannot say any more; our end of the pipes says them.
TOO_LONG = b"T"
BROKE = b"B"
#: Ended from outside: by a person, or by a system that is short of memory. No file does that.
KILLED = b"K"
