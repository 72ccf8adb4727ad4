"""The cast: who takes part in the tests, and the masters they work with. All names are invented."""

MANAGER = "meera.manager@example.com"
ENGINEER = "nikhil.north@example.com"
OTHER_ENGINEER = "sunita.south@example.com"
APPLICATION_ENGINEER = "arun.application@example.com"
ORG_ADMIN = "olga.admin@example.com"
OUTSIDER = "otto.outsider@example.com"
API_USER = "api.client@example.com"
PORTAL_USER = "petra.portal@example.com"

ROLES = {
	MANAGER: ("Sales Manager",),
	ENGINEER: ("Sales User",),
	OTHER_ENGINEER: ("Sales User",),
	APPLICATION_ENGINEER: ("Application Engineer",),
	ORG_ADMIN: ("System Manager",),
	OUTSIDER: ("Purchase User",),
	API_USER: ("Sales User",),
	PORTAL_USER: ("Customer",),
}

COMPANY = "Test Company"
CUSTOMER = "Northwind Waterworks"
OTHER_CUSTOMER = "Southridge Dairy"
ITEM = "Cast Pump 100"
GROUP_REGION = "Testland"
REGION = "Testland North"
OTHER_REGION = "Testland South"
BUSINESS_UNIT = "Cast Pumps"
PRODUCT_LINE = "Cast Pump"
OTHER_PRODUCT_LINE = "Cast Valve"
OPPORTUNITY_TYPE = "Cast Sales"
SOURCE = "Cast Exhibition"

# lost reason → (applies to, needs detail)
REASON = "Cast price"
REASON_FOR_LOST = "Cast competitor"
REASON_FOR_REJECTED = "Cast not our business"
REASON_WITH_DETAIL = "Cast other"
LOST_REASONS = {
	REASON: ("Both", 0),
	REASON_FOR_LOST: ("Lost", 0),
	REASON_FOR_REJECTED: ("Rejected", 0),
	REASON_WITH_DETAIL: ("Both", 1),
}


def make_cast() -> None:
	"""Insert the users and masters. Each test class starts from a site without them."""
	from crm_pipeline.tests import factories

	for user, roles in ROLES.items():
		user_type = "Website User" if user == PORTAL_USER else "System User"
		factories.make_user(user, *roles, user_type=user_type)
	make_masters()
	for name in (CUSTOMER, OTHER_CUSTOMER):
		factories.make_customer(name)
	factories.make_item(ITEM)


def make_masters() -> None:
	from crm_pipeline.tests.factories import make_master, make_region

	make_region(GROUP_REGION, is_group=1)
	for region, user in ((REGION, ENGINEER), (OTHER_REGION, OTHER_ENGINEER)):
		make_region(region, parent_pipeline_region=GROUP_REGION, members=[{"user": user}])
	make_master("Pipeline Business Unit", BUSINESS_UNIT)
	for product_line in (PRODUCT_LINE, OTHER_PRODUCT_LINE):
		make_master("Pipeline Product Line", product_line, business_unit=BUSINESS_UNIT)
	make_master("Pipeline Opportunity Type", OPPORTUNITY_TYPE)
	make_master("Pipeline Source", SOURCE)
	for reason, (applies_to, needs_detail) in LOST_REASONS.items():
		make_master(
			"Pipeline Lost Reason", reason, category="Price", applies_to=applies_to, needs_detail=needs_detail
		)


def get_records() -> dict[str, tuple[str, ...]]:
	"""Return the names of the masters per DocType, in an order in which they can be deleted."""
	return {
		"Pipeline Region": (REGION, OTHER_REGION, GROUP_REGION),
		"Pipeline Product Line": (PRODUCT_LINE, OTHER_PRODUCT_LINE),
		"Pipeline Business Unit": (BUSINESS_UNIT,),
		"Pipeline Opportunity Type": (OPPORTUNITY_TYPE,),
		"Pipeline Source": (SOURCE,),
		"Pipeline Lost Reason": tuple(LOST_REASONS),
		"Customer": (CUSTOMER, OTHER_CUSTOMER),
		"Item": (ITEM,),
	}
