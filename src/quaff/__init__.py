"""Quaff.

A gateway turns a server's message into a Request; the pipeline turns the Request into a
Response; the gateway sends it.
"""
