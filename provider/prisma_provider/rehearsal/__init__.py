"""A migration on a clone of a database, and what it does to schema and data: counts, never the data itself.

The map, imports go one way, downwards:

    rehearse    the whole of it: clone, read, run the command, read again, remove the clone
    clone       the clone: made, and removed in any case; `alive`, which rehearsals of this machine still run
    report      a rehearsal in every format: `markdown` for a comment, `text` for a terminal, JSON
    comparison  two readings of a database, and what they come to: pure
    values      Rehearsal, Loss, Change, HeldLock
"""
