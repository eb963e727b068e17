"""What `./examples/run` and `./tests/run` stand on: from a machine with Python to one that can run both.

    failure     an expected failure: one sentence, and what the tools said last
    console     numbered steps with a time each, and one line of progress
    processes   every child in a session of its own, all of them stopped at the end
    python      `.venv` with the wheel that is built from this tree
    engine      the Pulumi CLI: on PATH, in the cache, from its own installer, or built
    go          building it from Go modules, where nothing else is possible
    setup       all of the above, in order
    control     `prisma-local` as a child
    stage       what a tour may do: up, preview, outputs, sql
    runner      `./examples/run`
    checks      `./tests/run`

Everything up to `setup` needs the standard library only: it runs before anything is installed.
"""
