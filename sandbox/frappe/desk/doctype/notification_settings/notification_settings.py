"""What a user wants to be told: here nobody has changed what a new user gets."""


def is_notifications_enabled(user):
	return True


def is_email_notifications_enabled(user):
	return True


def is_email_notifications_enabled_for_type(user, notification_type):
	return notification_type != "Alert"
