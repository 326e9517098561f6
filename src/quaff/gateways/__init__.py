"""The doors: a server's message to a Request, and a Response to what the server sends.

A gateway is handed the Plan and knows nothing else of the application.
"""
