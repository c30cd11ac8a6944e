"""A class on an assignment: who handed in what, judging it, and the gradebook that comes of it.

::

    folder -(layouts)-> Found -(collect)-> Work -(judging)-> Report -(entries)-> Gradebook -(pages, tables)-> files
"""
