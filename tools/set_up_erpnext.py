"""Completes ERPNext's setup wizard: `<bench>/env/bin/python set_up_erpnext.py SITE`, run in sites/."""

import sys

import frappe
from frappe.desk.page.setup_wizard.setup_wizard import setup_complete


def get_answers() -> dict:
	"""What a person would type into the wizard. The fiscal year is the calendar year, as in ERPNext's own tests."""
	year = frappe.utils.now_datetime().year
	return {
		"language": "English",
		"country": "India",
		"timezone": "Asia/Kolkata",
		"currency": "INR",
		"full_name": "Test User",
		"email": "test.user@example.com",
		"password": "test-User-4711",
		"company_name": "Test Company",
		"company_abbr": "TC",
		"company_tagline": "Testing",
		"chart_of_accounts": "Standard",
		"fy_start_date": f"{year}-01-01",
		"fy_end_date": f"{year}-12-31",
		"setup_demo": 0,
		"enable_telemetry": 0,
	}


def main(site: str) -> None:
	frappe.init(site=site)
	frappe.connect()
	frappe.set_user("Administrator")
	try:
		if not frappe.db.a_row_exists("Company"):
			setup_complete(get_answers())
		if not frappe.db.a_row_exists("Company"):
			sys.exit("The setup wizard made no company.")
		frappe.db.commit()
	finally:
		frappe.destroy()


if __name__ == "__main__":
	main(sys.argv[1])
