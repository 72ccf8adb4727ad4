"""Names of our DocTypes that the code asks for in many places."""

OPPORTUNITY = "Pipeline Opportunity"
ITEM_ROW = "Pipeline Opportunity Item"
LOST_REASON_ROW = "Pipeline Opportunity Lost Reason"
COMPETITOR_ROW = "Pipeline Opportunity Competitor"
CHILD_TABLES = (ITEM_ROW, LOST_REASON_ROW, COMPETITOR_ROW)
LOST_REASON = "Pipeline Lost Reason"
AUDIT_LOG = "Pipeline Audit Log"
HIDDEN = frozenset({OPPORTUNITY, *CHILD_TABLES, AUDIT_LOG})  # under the rule of who sees what
SETTINGS = "Pipeline Settings"
