"""What a request costs: Quaff next to its peers and to the bare server.

`cases` says what is asked and which answer is right; `peers` has one program for each framework,
written the way its own documentation writes it; `drivers` call such a program as a server would;
`worker` measures one case in a fresh process and `rounds` starts those processes in turn.
"""
