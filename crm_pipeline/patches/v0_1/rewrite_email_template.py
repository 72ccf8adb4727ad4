import frappe

from crm_pipeline import seeds

OF_BEFORE = """<p>{{ (title or name) | e }} ({{ name }})</p>
<table>
<tr><td>{{ _("Party") }}</td><td>{{ (party_display_name or "") | e }}</td></tr>
<tr><td>{{ _("Region") }}</td><td>{{ (region or "") | e }}</td></tr>
<tr><td>{{ _("Product Line") }}</td><td>{{ (product_line or "") | e }}</td></tr>
<tr><td>{{ _("Potential Value") }}</td><td>{{ frappe.utils.fmt_money(potential_value, currency=currency) }}</td></tr>
<tr><td>{{ _("Status") }}</td><td>{{ _(status) }}</td></tr>
<tr><td>{{ _("Next Step") }}</td><td>{{ (next_step or "") | e }}</td></tr>
</table>
"""


def execute() -> None:
	"""The template that install made told the customer the potential value and the stage. One that was edited stays."""
	made = {"name": seeds.EMAIL_TEMPLATE, "response_html": OF_BEFORE}
	if frappe.db.exists("Email Template", made):
		template = frappe.get_doc("Email Template", seeds.EMAIL_TEMPLATE)
		template.update(seeds.EMAIL_TEMPLATE_VALUES).save()
