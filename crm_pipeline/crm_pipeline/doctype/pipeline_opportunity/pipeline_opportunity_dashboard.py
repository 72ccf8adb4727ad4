from frappe import _


def get_data():
	return {
		"fieldname": "pipeline_opportunity",
		"transactions": [
			{"label": _("Selling"), "items": ["Quotation", "Sales Order"]},
			{"label": _("Buying"), "items": ["Request for Quotation", "Supplier Quotation"]},
		],
	}
