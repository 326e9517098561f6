"""Binding: a view's signature to parameters, and parameters to one compiled `bind`."""
