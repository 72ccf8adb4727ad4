"""The canary test: every function and route of the site is asked for a hidden opportunity full of marked words.

It finds the doors by itself (doors.py), puts arguments together from what each asks for (vocabulary.py, arguments.py,
bodies.py, questions.py), and asks as each kind of user (callers.py) inside a closed room (room.py, asking.py), going on
with what a request has made (stories.py). It looks for a marked word in the answer (marks.py), an answer that depends
on a hidden value (values.py), and a change of what is hidden (hidden.py, watch.py, search.py). What it finds is held
against known.py, and told by report.py.
"""
