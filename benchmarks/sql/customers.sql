-- Both DocTypes link the same customers.
insert into `tabCustomer`
	(name, creation, modified, modified_by, owner, docstatus, idx,
	customer_name, customer_type, customer_group, territory)
select
	concat('Bench Customer ', lpad(seq, 5, '0')), %(now)s, %(now)s, 'Administrator', 'Administrator', 0, 0,
	concat('Bench Customer ', lpad(seq, 5, '0')), 'Company', %(customer_group)s, %(territory)s
from seq_1_to_100000
where seq <= %(customers)s
