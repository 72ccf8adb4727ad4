"""When somebody is reminded of a contact: on the day, at the hour of the settings, by their own clock."""

from datetime import datetime, timedelta, tzinfo

LONGEST_LEAD = timedelta(hours=25)  # a day on which clocks are set back


def get_due_time(contact_at: datetime, site_zone: tzinfo, user_zone: tzinfo, hour: timedelta) -> datetime:
	"""Return when to remind of a contact, in the site's time: `hour` of its day, the contact itself if earlier.

	`contact_at` is naive, in the site's time zone; `hour` is the time since midnight in the user's.
	"""
	contact = contact_at.replace(tzinfo=site_zone).astimezone(user_zone)
	midnight = contact.replace(hour=0, minute=0, second=0, microsecond=0)
	due = midnight + hour  # by the clock on the wall
	return min(due.astimezone(site_zone).replace(tzinfo=None), contact_at)


def get_local_time(contact_at: datetime, site_zone: tzinfo, user_zone: tzinfo) -> datetime:
	"""Return a moment of the site as the user's clock shows it."""
	return contact_at.replace(tzinfo=site_zone).astimezone(user_zone).replace(tzinfo=None)
