"""The API of the To-Do list (`examples/todo`) once more, on Flask and on FastAPI.

All three serve one database, made by the example. They answer the same requests alike; each is
written the way its own community writes such a program.
"""
