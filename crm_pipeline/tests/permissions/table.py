"""Who may do what: each way of standing to an opportunity, how it comes about, and what it allows."""

from collections.abc import Callable
from dataclasses import dataclass

import frappe
import frappe.share
from frappe.desk.form import assign_to

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import personas
from crm_pipeline.tests.users import as_user


def nothing(doc, user: str) -> None:
	pass


def become(fieldname: str):
	def set_up(doc, user: str) -> None:
		doc.update({fieldname: user}).save()

	return set_up


def formerly_become(fieldname: str, successor: str | None):
	def set_up(doc, user: str) -> None:
		doc.update({fieldname: user}).save()
		doc.update({fieldname: successor}).save()

	return set_up


def help_out(doc, user: str) -> None:
	assign_to.add({"assign_to": [user], "doctype": OPPORTUNITY, "name": doc.name})


def have_helped(doc, user: str) -> None:
	help_out(doc, user)
	todo = frappe.get_doc("ToDo", {"reference_name": doc.name, "allocated_to": user})
	with as_user("Administrator"):
		todo.update({"status": "Closed"}).save()


def be_unassigned(doc, user: str) -> None:
	help_out(doc, user)
	assign_to.remove(OPPORTUNITY, doc.name, user)


def be_shared_with(**rights):
	def set_up(doc, user: str) -> None:
		frappe.share.add(OPPORTUNITY, doc.name, user, **rights)

	return set_up


def be_unshared(doc, user: str) -> None:
	frappe.share.add(OPPORTUNITY, doc.name, user, write=1)
	frappe.share.set_permission(OPPORTUNITY, doc.name, user, "read", value=0)


@dataclass(frozen=True)
class Relation:
	user: str
	may: frozenset[str]
	set_up: Callable = nothing


def may(*actions: str) -> frozenset[str]:
	return frozenset(actions)


EVERYTHING = may(
	"read", "read log", "write", "move", "reopen", "correct", "delete", "share", "create", "check log"
)
SALES_ENGINEER = may("read", "read log", "write", "move", "share", "create")
LOOK = may("read", "read log")
CREATE = may("create")
NOTHING = may()
ENGINEER, OTHER, APPLICATION = personas.ENGINEER, personas.OTHER_ENGINEER, personas.APPLICATION_ENGINEER

# every record is the north engineer's unless its relation says otherwise
RELATIONS = {
	"the sales engineer": Relation(ENGINEER, SALES_ENGINEER),
	"a sales engineer by hand-over": Relation(OTHER, SALES_ENGINEER, become("sales_engineer")),
	"the api user as sales engineer": Relation(personas.API_USER, SALES_ENGINEER, become("sales_engineer")),
	"the application engineer": Relation(APPLICATION, LOOK, become("application_engineer")),
	"a sales user as application engineer": Relation(OTHER, LOOK | CREATE, become("application_engineer")),
	"a helper": Relation(OTHER, LOOK | CREATE, help_out),
	"an application engineer as helper": Relation(APPLICATION, LOOK, help_out),
	"a helper who is done": Relation(OTHER, CREATE, have_helped),
	"a helper who was unassigned": Relation(OTHER, CREATE, be_unassigned),
	"an application engineer who was unassigned": Relation(APPLICATION, NOTHING, be_unassigned),
	"a former sales engineer": Relation(OTHER, CREATE, formerly_become("sales_engineer", ENGINEER)),
	"a former application engineer": Relation(
		APPLICATION, NOTHING, formerly_become("application_engineer", None)
	),
	"someone it is shared with": Relation(OTHER, LOOK | CREATE, be_shared_with(read=1)),
	"someone it is shared with to write": Relation(
		OTHER, LOOK | CREATE | {"write", "move"}, be_shared_with(write=1)
	),
	"someone it is shared with to share": Relation(OTHER, LOOK | CREATE | {"share"}, be_shared_with(share=1)),
	"someone it is no longer shared with": Relation(OTHER, CREATE, be_unshared),
	"an application engineer it is shared with": Relation(APPLICATION, LOOK, be_shared_with(read=1)),
	"a sales user without relation": Relation(OTHER, CREATE),
	"an application engineer without relation": Relation(APPLICATION, NOTHING),
	"a sales manager": Relation(personas.MANAGER, EVERYTHING),
	"the org admin": Relation(personas.ORG_ADMIN, EVERYTHING),
	"the Administrator": Relation("Administrator", EVERYTHING),
	"an outsider": Relation(personas.OUTSIDER, NOTHING),
	"Guest": Relation("Guest", NOTHING),
}
