insert into `tabOpportunity Lost Reason Detail`
	(name, creation, modified, modified_by, owner, docstatus, idx, lost_reason, parent, parentfield, parenttype)
select
	concat('b', lpad(hex(n), 9, '0')), closed, closed, 'Administrator', 'Administrator', 0, 1,
	concat('Bench Reason ', reason), concat('CRM-OPP-', year(opened), '-', lpad(n, 7, '0')),
	'lost_reasons', 'Opportunity'
from `_benchmark_facts`
where n between %(first)s and %(last)s and reason is not null
