"""What a preview would do to data, told to people: pure, from the text of `pulumi preview --json` to a report.

The map, imports go one way, downwards:

    report      a review in every format: `markdown` for a comment, `text` for a terminal, JSON; `wording` is shared
    review      Review and Verdict: all findings of a plan, and what they come to
    findings    one step of a plan, and what it means: created, renamed, promoted, replaced, …; beside it
                `calls`, the requests that it comes to,
                `lookalikes`, a deletion and a creation that look like one renamed resource, and
                `stateful`, which resources of other providers hold data
    defaults    whether a default database lives on; beside it
                `pending`, the deletions that an earlier run left undone, from the state of the stack
    changes     which properties of a step differ: old state, new state, and what the provider said was live
    reading     the text that Pulumi's CLI prints, as a Plan; `diagnostics`, what may be shown of its errors
    plan        Plan, Step, State; `values`, how a property is shown
"""
