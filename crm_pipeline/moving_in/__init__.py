"""Imports opportunities from a CSV file (`bench --site SITE crm-pipeline import-csv FILE`).

table.py, delimiters.py, mapping.py, number_formats.py, values.py and record.py know nothing of Frappe; fields.py, masters.py and importer.py do.
"""
