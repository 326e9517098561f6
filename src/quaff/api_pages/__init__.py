"""Pages that show an application's documents to people and programs.

`/openapi.json`, `/openapi.yaml` and `/docs` are not rules of the application: they answer what its
rules leave unanswered, while the Plan says that they are wanted. Nothing here is imported before
such a request comes.
"""
