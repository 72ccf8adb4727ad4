"""Imports opportunities from a file (`bench --site SITE crm-pipeline import-csv FILE`).

The way of a row: files.py opens a table (csv_file.py, excel_file.py), survey.py looks at all of it and asks, mapping.py
says which cell fills which field, values.py makes a value of it, record.py a record, fields.py saves it; importer.py
leads. Only fields.py, masters.py and importer.py know Frappe.
"""
