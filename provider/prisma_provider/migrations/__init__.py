"""The migrations of an application: the files that a project has, the tool that applies them, and what is pending."""
