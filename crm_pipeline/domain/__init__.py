"""The rules of the pipeline as plain Python: nothing in this package imports Frappe."""
