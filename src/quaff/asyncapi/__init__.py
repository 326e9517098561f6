"""An application's WebSockets and streams of events, described in AsyncAPI 3.

It is to messages what the package `openapi` is to requests, and uses its parts.
"""
