"""The programs whose WebSockets are compared: they echo, and they send to everybody.

`/echo` sends back what it receives. `/broadcast` sends what one connection sends to all of them.
"""
