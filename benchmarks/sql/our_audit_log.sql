-- Two entries per record: how it began, and the stage it is in. Their hashes are not chained: no test reads them.
insert into `tabPipeline Audit Log`
	(name, creation, modified, modified_by, owner, docstatus, idx, reference_doctype, reference_name,
	event, from_status, to_status, user, at, reason, amount, currency, seconds_in_status, details,
	previous_hash, entry_hash)
select
	concat('OPP-', year(opened), '-', lpad(n, 7, '0'), '-', lpad(position, 4, '0')), at, at, 'Administrator',
	'Administrator', 0, 0, 'Pipeline Opportunity', concat('OPP-', year(opened), '-', lpad(n, 7, '0')),
	if(position = 1, 'Created', status), if(position = 1, '', 'Open'), if(position = 1, 'Open', status),
	concat('owner', lpad(engineer, 2, '0'), '@bench.example.com'), at, '', value, %(currency)s,
	if(position = 1, 0, timestampdiff(second, opened, at)), '{}',
	if(position = 1, '', sha1(n)), if(position = 1, sha1(n), sha2(n, 256))
from (
	select facts.*, seq as position, if(seq = 1, opened, coalesce(closed, modified)) as at
	from `_benchmark_facts` facts join seq_1_to_2
	where n between %(first)s and %(last)s and (seq = 1 or status <> 'Open')
) facts
