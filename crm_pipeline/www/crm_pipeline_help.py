import frappe
from frappe import _

from crm_pipeline.form import help_pages

no_cache = 1
sitemap = 0


def get_context(context) -> None:
	"""Show the page that `?page=` names, or all of them. For people who are logged in."""
	if frappe.session.user == "Guest":
		frappe.throw(_("Log in to read the help of CRM Pipeline."), frappe.PermissionError)
	page = frappe.form_dict.get("page")
	context.pages = help_pages.get_titles()
	context.help = help_pages.get_page(page) if page else {"title": _("CRM Pipeline"), "html": ""}
	context.title = context.help["title"]
	context.current = page
