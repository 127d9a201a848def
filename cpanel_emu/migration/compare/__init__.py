"""``theme compare``: both themes print the same, in every state that a page can see.

====================  =======================================================================
part                  what it does
====================  =======================================================================
`theme_pages`         finds the pages of a theme by their addresses
`facts`               finds out what a page can see: functions, features, form fields
`states`              an account, what is stored on it, a form, what fails
`matrix`              the built-in states; those of ``--matrix`` stand in `matrix_file`
`preparing`           brings an account into a state
`side`                renders pages of one theme, each in a state that is as good as new
`differences`         what differs between two rendered pages; `dom` for ``--as html``
`comparing`           all pages in all states, by the threads of `work`
`grouping`            equal differences as one; `text`, `json_report` and `html_report` show them
====================  =======================================================================
"""
