"""Masters that a new site starts with. Inserted once, on install; whatever an admin makes of them stays."""

BUSINESS_UNITS = ("Pumps", "Valves")
PRODUCT_LINES = {"Pump": "Pumps", "Valve": "Valves"}
OPPORTUNITY_TYPES = ("Sales", "Support", "Maintenance")
SOURCES = ("Advertisement", "Campaign", "Customer Referral", "E-mail", "Exhibition", "Phone", "Website")

# reason → (category, applies to, needs detail)
LOST_REASONS = {
	"Price too high": ("Price", "Both", 0),
	"Payment terms": ("Price", "Both", 0),
	"Delivery time too long": ("Delivery", "Both", 0),
	"Delivery place not served": ("Delivery", "Both", 0),
	"Specification not met": ("Technical", "Both", 0),
	"Certification missing": ("Technical", "Both", 0),
	"Competitor chosen": ("Competition", "Lost", 0),
	"Incumbent supplier kept": ("Competition", "Lost", 0),
	"Project cancelled": ("Customer", "Lost", 0),
	"No budget": ("Customer", "Both", 0),
	"No answer": ("Customer", "Lost", 0),
	"No decision": ("Customer", "Lost", 0),
	"Not our business": ("Internal", "Rejected", 0),
	"No capacity": ("Internal", "Both", 0),
	"Other": ("Internal", "Both", 1),
}

# region → (parent, is group); the state is the parent's
SAMPLE_STATE = "Tamil Nadu"
SAMPLE_COUNTRY = "India"
REGIONS = {
	"Tamil Nadu": (None, 1),
	"Chennai": ("Tamil Nadu", 0),
	"Outer Chennai": ("Tamil Nadu", 0),
	"Coimbatore": ("Tamil Nadu", 0),
}

ROLES = ("Application Engineer",)

# the site's own lists of sources, whichever it has (ERPNext 15, 16): DocType → field that names the source
SITE_SOURCES = {"Lead Source": "source_name", "UTM Source": "name"}

EMAIL_TEMPLATE = "CRM Pipeline: Opportunity Summary"
EMAIL_TEMPLATE_VALUES = {
	"subject": "{{ title }} ({{ name }})",
	"use_html": 1,
	"response_html": """<p>{{ (title or name) | e }} ({{ name }})</p>
<table>
<tr><td>{{ _("Party") }}</td><td>{{ (party_display_name or "") | e }}</td></tr>
<tr><td>{{ _("Contact Person") }}</td><td>{{ (contact_person or "") | e }}</td></tr>
<tr><td>{{ _("Product Line") }}</td><td>{{ (product_line or "") | e }}</td></tr>
{% for row in items or () -%}
<tr><td>{{ (row.item_name or row.item_code) | e }}</td><td>{{ row.qty }} {{ (row.uom or "") | e }}</td></tr>
{% endfor -%}
</table>
""",
}
