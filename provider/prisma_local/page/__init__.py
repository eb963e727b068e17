"""The page at `/`, which shows everything, and makes connections for the clipboard.

overview    all objects as JSON
routes      the page, its files and its data
files/      HTML, CSS and JavaScript
"""
