"""Sample data of a pump and valve sales team (`bench --site SITE crm-pipeline demo`) and a walk through the app."""
