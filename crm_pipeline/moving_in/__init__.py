"""Imports opportunities from a CSV file (`bench --site SITE crm-pipeline import-csv FILE`).

table.py, mapping.py, values.py and record.py know nothing of Frappe; fields.py, masters.py and importer.py do.
"""
