"""The commands of cli.py, one module a subject."""
