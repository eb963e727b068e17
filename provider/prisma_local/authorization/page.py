"""The page on which a person allows or denies a request: no script, nothing from other servers, all text escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from prisma_local.authorization.requests import AuthorizationRequest
from prisma_local.store.values import Workspace

# No `form-action`: Chromium applies it to the redirect after the form, too, which goes to the program.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with `no-referrer` the form's Origin would be null, and refused
}
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 28rem; margin: 12vh auto; padding: 0 1rem; }
select, button { font: inherit; padding: .4rem 1rem; }
button { margin: 1rem .5rem 0 0; }
"""


def question(request: AuthorizationRequest, workspaces: Iterable[Workspace]) -> str:
    """Allow (and which workspace) or deny?"""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in request.fields().items()
    )
    choices = "".join(f'<option value="{escape(each.id)}">{escape(each.name)}</option>' for each in workspaces)
    return _page(
        f"<h1>{escape(request.client_id)} asks for access</h1>"
        f"<p>It wants to manage all projects and databases of a workspace ({escape(request.scope)}).</p>"
        f'<form method="post" action="/authorize">{hidden}'
        f'<label>Workspace <select name="workspace">{choices}</select></label><div>'
        '<button name="answer" value="allow" autofocus>Allow</button>'
        '<button name="answer" value="deny">Deny</button></div></form>'
    )


def refusal(text: str) -> str:
    """A request that cannot even be asked about."""
    return _page(f"<h1>This cannot be authorized</h1><p>{escape(text)}</p>")


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>prisma-local</title><link rel="icon" href="data:,"><style>{STYLE}</style><main>{body}</main></html>'
    )
