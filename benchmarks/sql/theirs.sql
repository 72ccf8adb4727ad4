insert into `tabOpportunity`
	(name, creation, modified, modified_by, owner, docstatus, idx, _assign,
	naming_series, status, transaction_date, title, opportunity_from, party_name, customer_name,
	opportunity_owner, territory, state, opportunity_type, {their_source}, sales_stage, company,
	currency, conversion_rate, opportunity_amount, base_opportunity_amount, probability, expected_closing,
	first_response_time)
select
	concat('CRM-OPP-', year(opened), '-', lpad(n, 7, '0')), opened, modified, engineer_user, engineer_user, 0, 0,
	concat('["', engineer_user, '"]'),
	'CRM-OPP-.YYYY.-',
	elt(field(status, 'Open', 'Offer Made', 'Won', 'Lost', 'Rejected'),
		'Open', 'Quotation', 'Converted', 'Lost', 'Closed'),
	date(opened), concat('Bench Customer ', lpad(customer, 5, '0')),
	'Customer', concat('Bench Customer ', lpad(customer, 5, '0')), concat('Bench Customer ', lpad(customer, 5, '0')),
	engineer_user, concat('Bench Region ', lpad(region, 2, '0')), concat('Bench State ', region mod 5),
	'Sales', concat('Bench Source ', source),
	elt(1 + n mod 5, 'Prospecting', 'Qualification', 'Needs Analysis', 'Value Proposition', 'Negotiation/Review'),
	%(company)s, %(currency)s, 1, value, value, probability, expected_closing,
	first_response
from (
	select facts.*, concat('owner', lpad(engineer, 2, '0'), '@bench.example.com') as engineer_user
	from `_benchmark_facts` facts
	where n between %(first)s and %(last)s
) facts
