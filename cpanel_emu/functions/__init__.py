"""What the emulated server can do: one table of functions, in three families.

`registry` holds the table and finds a function in it, `dispatch` checks the gates and runs it.
Each cPanel module has a room of its own, such as `ssl`. No function knows a tongue.
"""
