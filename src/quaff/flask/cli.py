"""flask.cli"""
