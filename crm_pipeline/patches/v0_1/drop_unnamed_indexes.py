from crm_pipeline import sql
from crm_pipeline.constants import OPPORTUNITY

# the framework's names, for indexes whose place those of indexes.LISTS take
UNNAMED = (
	"sales_engineer_modified_index",
	"sales_engineer_region_modified_index",
	"application_engineer_modified_index",
	"status_modified_index",
	"status_awaiting_response_since_index",
	"region_modified_index",
	"region_status_modified_sales_engineer_index",
	"product_line_modified_index",
	"needs_details_modified_index",
	"party_name_product_line_status_index",
	"lead_status_index",
	"closed_on_status_index",
	"sales_engineer_status_region_modified_index",
)


def execute() -> None:
	"""Drop the indexes that lists had before they were named for what they are for."""
	for name in UNNAMED:
		sql.drop_index(OPPORTUNITY, name)
