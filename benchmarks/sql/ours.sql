insert into `tabPipeline Opportunity`
	(name, creation, modified, modified_by, owner, docstatus, idx,
	status, opened_on, closed_on, closed_by, status_changed_on, status_changed_by, title,
	opportunity_from, party_name, customer, party_display_name,
	sales_engineer, application_engineer, region, state, product_line, business_unit, opportunity_type, source, company,
	currency, conversion_rate, potential_value, base_potential_value, probability, weighted_value,
	won_value, won_currency, won_conversion_rate, base_won_value, expected_closing,
	first_responded_on, mins_to_first_response, working_mins_to_first_response, audit_count, audit_hash,
	seconds_open, exits_open, seconds_offer_made, exits_offer_made)
select
	concat('OPP-', year(opened), '-', lpad(n, 7, '0')), opened, modified, engineer_user, engineer_user, 0, 0,
	status, opened, closed, if(closed is null, null, engineer_user), coalesce(closed, opened), engineer_user,
	concat('Bench Customer ', lpad(customer, 5, '0'), ' – Bench Line ', line),
	'Customer', concat('Bench Customer ', lpad(customer, 5, '0')), concat('Bench Customer ', lpad(customer, 5, '0')),
	concat('Bench Customer ', lpad(customer, 5, '0')),
	engineer_user, concat(
		if(application_engineer = 0, 'owner03', concat('application', application_engineer)), '@bench.example.com'),
	concat('Bench Region ', lpad(region, 2, '0')), concat('Bench State ', region mod 5),
	concat('Bench Line ', line), %(business_unit)s, concat('Bench Type ', type), concat('Bench Source ', source),
	%(company)s, %(currency)s, 1, value, value, probability, value * probability / 100,
	if(status = 'Won', value, 0), if(status = 'Won', %(currency)s, null), status = 'Won', if(status = 'Won', value, 0),
	expected_closing,
	opened + interval first_response second, floor(first_response / 60), floor(first_response / 180),
	if(status = 'Open', 1, 2), sha2(n, 256),
	if(status = 'Open', 0, timestampdiff(second, opened, coalesce(closed, modified))), status <> 'Open', 0, 0
from (
	select facts.*, concat('owner', lpad(engineer, 2, '0'), '@bench.example.com') as engineer_user
	from `_benchmark_facts` facts
	where n between %(first)s and %(last)s
) facts
