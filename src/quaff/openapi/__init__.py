"""An application described in OpenAPI 3.1.

Routes and their views' annotations become one document, a dict of plain values. It says what the
code says and what was declared, and nothing that was only guessed. Nothing here is imported before
somebody asks for a document.
"""

from .problems import Problem as Problem
from .problems import ValidationProblem as ValidationProblem
