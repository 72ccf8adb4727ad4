-- The engineer's to-do: open while the record is, and kept of every tenth closed one.
insert into `tabToDo`
	(name, creation, modified, modified_by, owner, docstatus, idx, status, priority, date, allocated_to, assigned_by,
	description, reference_type, reference_name, assignment_rule)
select
	concat(%(prefix)s, lpad(hex(n), 8, '0')), opened, opened, 'Administrator', 'Administrator', 0, 0,
	if(closed is null, 'Open', 'Closed'), 'Medium', date(opened),
	concat('owner', lpad(engineer, 2, '0'), '@bench.example.com'), 'Administrator', 'Bench to-do',
	%(doctype)s, concat(%(prefix)s, year(opened), '-', lpad(n, 7, '0')), %(rule)s
from `_benchmark_facts`
where n between %(first)s and %(last)s and (closed is null or n mod 10 = 0)
