"""Which fields of an opportunity are set by whom, and what fills them."""

from crm_pipeline.domain import lifecycle

# written while a form may be open (by an e-mail that arrives, by a job): what the form sends back is old, so the
# stored value stands without a word
WRITTEN_MEANWHILE = (
	"awaiting_response_since",
	"last_correspondence_on",
	"auto_close_warned_on",
	"first_responded_on",
	"mins_to_first_response",
	"working_mins_to_first_response",
	"next_contact_notified_on",
)
# set by this app alone; a caller's value is dropped on a new record and refused on a saved one
SYSTEM_FIELDS = (
	"opened_on",
	"opened_utc",
	"status_changed_on",
	"status_changed_utc",
	"status_changed_by",
	"closed_on",
	"closed_by",
	*lifecycle.EXIT_FIELDS,
	"won_conversion_rate",
	"base_won_value",
	"sales_order",
	"ordered_value",
	"margin_percent",
	"needs_details",
	"is_history",
	"routed_by",
	"routed_on",
	"routing_explanation",
	"assignment_due",
	"next_contact_event",
	"audit_count",
	"audit_hash",
	*WRITTEN_MEANWHILE,
)
# what closed history brings along itself
HISTORY_FIELDS = frozenset({"is_history", "opened_on", "closed_on"})
# emptied when a record is reopened
STARTED_AFRESH = (
	"awaiting_response_since",
	"auto_close_warned_on",
	"keep_open_until",
	"next_contact_by",
	"next_contact_date",
)
# opportunity field → field of the party that fills it when left empty
PARTY_FIELDS = {
	"Customer": {
		"party_display_name": "customer_name",
		"territory": "territory",
		"contact_person": "customer_primary_contact",
		"contact_email": "email_id",
		"contact_mobile": "mobile_no",
	},
	"Lead": {
		"party_display_name": "title",
		"territory": "territory",
		"contact_email": "email_id",
		"contact_mobile": "mobile_no",
		"city": "city",
		"state": "state",
	},
}
