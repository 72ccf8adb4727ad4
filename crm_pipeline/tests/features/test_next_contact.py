"""The next contact is one event of one person, wherever it was moved from (docs/follow-up.md)."""

import frappe
from frappe.utils import add_days, add_to_date, get_datetime, getdate, now_datetime

from crm_pipeline import uninstall
from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import InputError
from crm_pipeline.routing import hand_over
from crm_pipeline.tests import factories, mails, personas
from crm_pipeline.tests.base import PipelineTestCase, forget_cached_documents, site_only
from crm_pipeline.tests.csv_files import commits_kept_in_test
from crm_pipeline.tests.users import as_user


def in_days(days: int):
	return add_days(now_datetime().replace(microsecond=0), days)


def get_events(name: str) -> list:
	"""Return every event of an opportunity, oldest first."""
	rows = {"reference_doctype": OPPORTUNITY, "reference_docname": name}
	names = frappe.get_all("Event Participants", filters=rows, pluck="parent", order_by="creation")
	return [frappe.get_doc("Event", event) for event in names]


class NextContactTestCase(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.doc = factories.make_opportunity(next_contact_date=in_days(3))

	def get_event(self):
		"""Return the one event there may be."""
		events = get_events(self.doc.name)
		self.assertEqual(len(events), 1)
		return events[0]

	def assertAt(self, event, moment) -> None:
		self.assertEqual(get_datetime(event.starts_on), get_datetime(moment))


class TestEvent(NextContactTestCase):
	def test_it_is_private_and_the_persons_own(self):
		event = self.get_event()
		self.assertAt(event, self.doc.next_contact_date)
		self.assertEqual(
			(event.owner, event.event_type, event.status), (personas.ENGINEER, "Private", "Open")
		)
		self.assertIn(self.doc.title, event.subject)
		self.assertEqual(event.send_reminder, 0, "the framework would send a mail of its own")
		self.assertEqual(self.doc.next_contact_event, event.name)

	def test_it_moves_with_the_date_and_is_never_doubled(self):
		former = self.get_event().name
		for days in (5, 4):
			self.doc.update({"next_contact_date": in_days(days)}).save()
			self.assertAt(self.get_event(), self.doc.next_contact_date)
		self.assertEqual(self.get_event().name, former)

	def test_it_keeps_its_length(self):
		event = self.get_event()
		ends_on = add_to_date(event.starts_on, hours=2)
		frappe.db.set_value("Event", event.name, "ends_on", ends_on)
		self.doc.update({"next_contact_date": in_days(9)}).save()
		self.assertEqual(self.get_event().ends_on, add_to_date(self.doc.next_contact_date, hours=2))

	def test_it_moves_to_another_person(self):
		self.doc.update({"application_engineer": personas.APPLICATION_ENGINEER}).save()
		self.doc.update({"next_contact_by": personas.APPLICATION_ENGINEER}).save()
		self.assertEqual(self.get_event().owner, personas.APPLICATION_ENGINEER)

	@site_only("the calendar")
	def test_it_stands_in_nobody_elses_calendar(self):
		from frappe.desk.doctype.event.event import get_events as get_calendar

		days = (getdate(in_days(1)), getdate(in_days(5)))
		for user, number in ((personas.ENGINEER, 1), (personas.MANAGER, 0), (personas.OTHER_ENGINEER, 0)):
			with as_user(user):
				found = [event for event in get_calendar(*days) if event.name == self.doc.next_contact_event]
				self.assertEqual(len(found), number, user)

	def test_without_a_date_there_is_none(self):
		self.doc.update({"next_contact_date": None}).save()
		self.assertEqual(get_events(self.doc.name), [])

	def test_deleted_by_hand_it_comes_back_with_the_next_date_only(self):
		with as_user("Administrator"):
			frappe.delete_doc("Event", self.doc.next_contact_event)
		self.doc.update({"next_step": "Call"}).save()
		self.assertEqual(get_events(self.doc.name), [])
		self.doc.update({"next_contact_date": in_days(6)}).save()
		self.assertAt(self.get_event(), self.doc.next_contact_date)

	def test_what_was_done_stays_and_the_next_date_makes_a_new_one(self):
		with as_user(personas.ENGINEER):
			self.get_event().update({"status": "Completed"}).save()
		self.doc.update({"next_contact_date": in_days(6)}).save()
		done, coming = get_events(self.doc.name)
		self.assertEqual((done.status, coming.status), ("Completed", "Open"))
		self.assertAt(coming, self.doc.next_contact_date)

	def test_it_is_closed_with_the_record_and_reopening_starts_afresh(self):
		api.mark_lost(self.doc.name, [personas.REASON])
		self.assertEqual(self.get_event().status, "Closed")
		api.reopen(self.doc.name, "They called again")
		self.assertEqual(self.get_event().status, "Closed")
		self.doc.reload().update({"next_contact_date": in_days(6)}).save()
		self.assertEqual([event.status for event in get_events(self.doc.name)], ["Closed", "Open"])

	def test_it_goes_with_a_deleted_record(self):
		frappe.delete_doc(OPPORTUNITY, self.doc.name)
		self.assertEqual(get_events(self.doc.name), [])
		self.assertFalse(frappe.db.exists("Event", self.doc.next_contact_event))

	def test_an_event_in_which_others_take_part_stays_without_the_deleted_record(self):
		rows = [
			{"reference_doctype": OPPORTUNITY, "reference_docname": self.doc.name},
			{"reference_doctype": "Customer", "reference_docname": personas.CUSTOMER},
		]
		values = {"subject": "Fair", "starts_on": in_days(1), "event_type": "Public"}
		fair = factories.make("Event", event_participants=rows, **values)
		frappe.delete_doc(OPPORTUNITY, self.doc.name)
		fair.reload()
		self.assertEqual([row.reference_docname for row in fair.event_participants], [personas.CUSTOMER])


class TestPerson(PipelineTestCase):
	def test_the_sales_engineer_unless_somebody_is_named(self):
		doc = factories.make_opportunity(next_contact_date=in_days(1))
		self.assertEqual(doc.next_contact_by, personas.ENGINEER)
		doc = factories.make_opportunity(next_contact_date=in_days(1), next_contact_by=personas.MANAGER)
		self.assertEqual(doc.next_contact_by, personas.MANAGER)

	def test_somebody_has_to_do_it(self):
		doc = factories.make_opportunity()
		frappe.db.set_value(OPPORTUNITY, doc.name, "sales_engineer", None)
		with self.assertRefused(InputError, "Next Contact By is missing. Say who makes the contact on"):
			doc.reload().update({"next_contact_date": in_days(1)}).save()

	def test_a_record_that_is_routed_to_nobody_keeps_the_date_for_its_engineer(self):
		with as_user("Administrator"):
			doc = factories.new_opportunity(region=personas.REGION, next_contact_date=in_days(1))
			frappe.db.delete("Pipeline Region Member", {"parent": personas.REGION})
			forget_cached_documents()
			doc.insert()
		self.assertFalse(doc.sales_engineer or doc.next_contact_by or get_events(doc.name))
		doc.update({"sales_engineer": personas.ENGINEER}).save()
		self.assertEqual([event.owner for event in get_events(doc.name)], [personas.ENGINEER])

	def test_whoever_can_not_read_the_record_is_refused(self):
		doc = factories.make_opportunity()
		for user in (personas.OTHER_ENGINEER, personas.OUTSIDER):
			with self.assertRefused(InputError, f"Next Contact By {user} can't read {doc.name}."):
				values = {"next_contact_date": in_days(1), "next_contact_by": user}
				frappe.get_doc(OPPORTUNITY, doc.name).update(values).save()

	def test_whoever_has_left_is_refused(self):
		factories.make_user("left.manager@example.com", "Sales Manager", enabled=0)
		values = {"next_contact_date": in_days(1), "next_contact_by": "left.manager@example.com"}
		with self.assertRefused(InputError, "Next Contact By left.manager@example.com can't read"):
			factories.make_opportunity(**values)

	def test_a_helper_may_do_it(self):
		from frappe.desk.form import assign_to

		doc = factories.make_opportunity()
		assign_to.add({"assign_to": [personas.OTHER_ENGINEER], "doctype": OPPORTUNITY, "name": doc.name})
		values = {"next_contact_date": in_days(1), "next_contact_by": personas.OTHER_ENGINEER}
		doc.reload().update(values).save()
		self.assertEqual(get_events(doc.name)[0].owner, personas.OTHER_ENGINEER)

	def test_somebody_who_left_later_does_not_stop_a_save(self):
		doc = factories.make_opportunity(next_contact_date=in_days(1))
		frappe.db.set_value("User", personas.ENGINEER, "enabled", 0)
		doc.update({"next_contact_date": in_days(2)}).save()
		self.assertEqual(get_events(doc.name)[0].owner, personas.ENGINEER)


class TestReassignment(PipelineTestCase):
	def test_a_contact_of_the_former_engineer_goes_to_the_new_one(self):
		doc = factories.make_opportunity(next_contact_date=in_days(1))
		doc.update({"sales_engineer": personas.OTHER_ENGINEER}).save()
		self.assertEqual(doc.next_contact_by, personas.OTHER_ENGINEER)
		self.assertEqual([event.owner for event in get_events(doc.name)], [personas.OTHER_ENGINEER])

	def test_a_contact_of_the_former_application_engineer_goes_to_the_sales_engineer(self):
		values = {"application_engineer": personas.APPLICATION_ENGINEER}
		by = personas.APPLICATION_ENGINEER
		doc = factories.make_opportunity(next_contact_date=in_days(1), next_contact_by=by, **values)
		doc.update({"application_engineer": None}).save()
		self.assertEqual([event.owner for event in get_events(doc.name)], [personas.ENGINEER])

	def test_a_contact_of_somebody_else_stays_theirs(self):
		doc = factories.make_opportunity(next_contact_date=in_days(1), next_contact_by=personas.MANAGER)
		doc.update({"sales_engineer": personas.OTHER_ENGINEER}).save()
		self.assertEqual([event.owner for event in get_events(doc.name)], [personas.MANAGER])

	def test_handing_over_moves_them_too(self):
		doc = factories.make_opportunity(next_contact_date=in_days(1))
		with commits_kept_in_test():
			hand_over.run(personas.ENGINEER, personas.OTHER_ENGINEER, [doc.name], "Left")
		self.assertEqual([event.owner for event in get_events(doc.name)], [personas.OTHER_ENGINEER])


class TestCalendar(NextContactTestCase):
	def move(self, user: str, moment) -> None:
		with as_user(user):
			frappe.get_doc("Event", self.doc.next_contact_event).update({"starts_on": moment}).save()
		self.doc.reload()

	def test_an_event_that_is_moved_there_moves_the_date(self):
		moment = in_days(8)
		self.move(personas.ENGINEER, moment)
		self.assertEqual(self.doc.next_contact_date, moment)
		self.assertAt(self.get_event(), moment)

	def test_not_into_the_past(self):
		with self.assertRefused(InputError, "is in the past"):
			self.move(personas.ENGINEER, in_days(-1))

	def test_who_only_reads_the_record_moves_the_event_alone(self):
		self.doc.update({"application_engineer": personas.APPLICATION_ENGINEER}).save()
		self.doc.update({"next_contact_by": personas.APPLICATION_ENGINEER}).save()
		former = self.doc.next_contact_date
		self.move(personas.APPLICATION_ENGINEER, in_days(8))
		self.assertEqual(self.doc.next_contact_date, former)

	def test_another_event_of_the_record_moves_nothing(self):
		rows = [{"reference_doctype": OPPORTUNITY, "reference_docname": self.doc.name}]
		values = {"subject": "Visit", "starts_on": in_days(1), "event_type": "Public"}
		visit = factories.make("Event", event_participants=rows, **values)
		former = self.doc.next_contact_date
		visit.update({"starts_on": in_days(2)}).save(ignore_permissions=True)
		self.assertEqual(self.doc.reload().next_contact_date, former)

	def test_the_event_of_a_contact_that_is_over_moves_nothing(self):
		api.mark_lost(self.doc.name, [personas.REASON])
		api.reopen(self.doc.name, "They called again")
		self.move(personas.ENGINEER, in_days(8))
		self.assertIsNone(self.doc.next_contact_date)

	def test_an_event_of_a_closed_record_moves_nothing(self):
		api.mark_lost(self.doc.name, [personas.REASON])
		former = self.doc.next_contact_date
		self.move(personas.ENGINEER, in_days(8))
		self.assertEqual(self.doc.next_contact_date, former)


@site_only("uninstalling")
class TestUninstalling(NextContactTestCase):
	def test_no_event_is_left_and_e_mails_stay_without_their_opportunity(self):
		mail = mails.send(self.doc.name)
		row = {"reference_doctype": "Customer", "reference_docname": personas.CUSTOMER}
		others = factories.make("Event", subject="Fair", starts_on=in_days(1), event_participants=[row])
		with as_user("Administrator"):
			uninstall.delete_references()
		self.assertEqual(get_events(self.doc.name), [])
		self.assertFalse(frappe.db.exists("Event", self.doc.next_contact_event))
		self.assertTrue(frappe.db.exists("Event", others.name))
		self.assertIsNone(frappe.db.get_value("Communication", mail.name, "reference_name"))
