"""The page at `/`: to look, not to change.

overview    what there is, as one value
routes      the page, its parts, and what it asks for
files/      HTML, CSS and JavaScript, as they are sent
"""
