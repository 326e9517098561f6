"""Clients of an API, written from its OpenAPI document.

Python's are written by openapi-python-client, which is well kept and needs nothing but Python.
TypeScript's generators need Node, so a small one of our own is here.
"""
