"""Rules that give to-dos on documents to users."""

import frappe
from frappe.desk.form import assign_to
from frappe.model import log_types
from frappe.model.document import Document


class AssignmentRule(Document):
	def validate(self):
		days = [row.day for row in self.assignment_days]
		if len(days) != len(set(days)):
			frappe.throw("The following Assignment Days have been repeated")
		if self.document_type == "ToDo":
			frappe.throw("Assignment Rule is not allowed on document type ToDo")

	def is_for_today(self):
		today = frappe.flags.assignment_day or frappe.utils.get_weekday()
		return not self.assignment_days or today in [row.day for row in self.assignment_days]

	def holds(self, condition, doc):
		"""Return whether a condition of the rule holds; one that fails is shown and counts as no."""
		try:
			return bool(self.get(condition) and frappe.safe_eval(self.get(condition), None, doc))
		except Exception as error:
			frappe.msgprint(f"Auto assignment failed: {error}", indicator="orange")
			return False

	def apply_unassign(self, doc, assignments):
		is_mine = self.name in [todo.assignment_rule for todo in assignments]
		if is_mine and self.holds("unassign_condition", doc):
			return assign_to.clear(doc.doctype, doc.name, ignore_permissions=True)
		return False

	def apply_assign(self, doc):
		if not self.holds("assign_condition", doc):
			return False
		assign_to.clear(doc.doctype, doc.name, ignore_permissions=True)
		user = self.get_user(doc)
		if not user:
			return False
		values = {"assign_to": [user], "doctype": doc.doctype, "name": doc.name, "assignment_rule": self.name}
		values["description"] = frappe.render_template(self.description, doc)
		if self.due_date_based_on:
			values["date"] = doc.get(self.due_date_based_on)
		assign_to.add(values, ignore_permissions=True)
		self.db_set("last_user", user)
		return True

	def get_user(self, doc):
		"""Return whose turn it is."""
		users = [row.user for row in self.users]
		if self.rule == "Based on Field":
			return frappe.db.exists("User", doc.get(self.field)) if doc.get(self.field) else None
		if self.rule == "Load Balancing":
			return min(users, key=self._count_open)
		position = users.index(self.last_user) + 1 if self.last_user in users else 0
		return users[position % len(users)] if users else users[0]

	def _count_open(self, user):
		filters = {"reference_type": self.document_type, "allocated_to": user, "status": "Open"}
		return frappe.db.count("ToDo", filters)


def apply(doc=None, method=None, doctype=None, name=None):
	"""Run the rules of a document's DocType, when it was saved."""
	doc = doc or frappe.get_doc(doctype, name)
	if frappe.flags.in_patch or frappe.flags.in_install or doc.doctype in log_types:
		return
	rules = [rule for rule in _get_rules(doc.doctype) if rule.is_for_today()]
	if not rules:
		return
	values = doc.as_dict()
	assignments = _get_assignments(values)
	is_clear = not assignments or any(rule.apply_unassign(values, assignments) for rule in rules)
	is_new = is_clear and any(rule.apply_assign(values) for rule in rules)
	if _get_assignments(values):
		_close_or_reopen(rules, values, is_new)


def _get_rules(doctype):
	filters = {"document_type": doctype, "disabled": 0}
	names = frappe.get_all("Assignment Rule", filters, pluck="name", order_by="priority desc")
	return [frappe.get_doc("Assignment Rule", name) for name in names]


def _get_assignments(doc):
	filters = {"reference_type": doc.doctype, "reference_name": doc.name, "status": ("!=", "Cancelled")}
	return frappe.get_all("ToDo", filters=filters, fields=["name", "assignment_rule"])


def _close_or_reopen(rules, doc, is_new):
	for rule in rules:
		closes = rule.holds("close_condition", doc)
		if closes and is_new:
			assign_to.close_all_assignments(doc.doctype, doc.name, ignore_permissions=True)
		elif closes:
			_set_todos(doc, {}, "Closed")
			return
		elif not is_new and _set_todos(doc, {"status": "Closed"}, "Open"):
			return


def _set_todos(doc, filters, status):
	of_document = {"reference_type": doc.doctype, "reference_name": doc.name}
	names = frappe.get_all("ToDo", filters={**of_document, **filters}, pluck="name")
	for name in names:
		todo = frappe.get_doc("ToDo", name)
		todo.status = status
		todo.save(ignore_permissions=True)
	return bool(names)
