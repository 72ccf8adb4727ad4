-- One row per opportunity, drawn from a hash of its number: every run on every machine has the same data.
-- Both DocTypes are filled from here.
insert into `_benchmark_facts`
	(n, opened, closed, modified, status, engineer, application_engineer, region, customer, reason, line, source,
	type, value, probability, expected_closing, first_response)
with drawn as (
	select
		seq as n,
		(1 - seq / %(rows)s) * %(days)s as age,
		conv(substr(sha1(seq), 1, 6), 16, 10) / 16777216 as a,
		conv(substr(sha1(seq), 7, 6), 16, 10) / 16777216 as b,
		conv(substr(sha1(seq), 13, 6), 16, 10) / 16777216 as c,
		conv(substr(sha1(seq), 19, 6), 16, 10) / 16777216 as d,
		conv(substr(sha1(seq), 25, 6), 16, 10) / 16777216 as e,
		conv(substr(sha1(seq), 31, 6), 16, 10) / 16777216 as f,
		conv(substr(sha1(seq), 37, 4), 16, 10) as g
	from seq_1_to_10000000
	where seq between %(first)s and %(last)s
),
placed as (
	select
		drawn.*,
		%(now)s - interval floor(age * 86400) second as opened,
		case
			when age < 180 then elt(1 + (a >= .45) + (a >= .70) + (a >= .85) + (a >= .95),
				'Open', 'Offer Made', 'Won', 'Lost', 'Rejected')
			else elt(1 + (a >= .02) + (a >= .03) + (a >= .45) + (a >= .83),
				'Open', 'Offer Made', 'Won', 'Lost', 'Rejected')
		end as status,
		-- region 29 is rare, region 30 has nothing, region 28 has no Rejected
		if(c < .0002, 29, 1 + floor(c * 28)) as region
	from drawn
)
select
	n,
	opened,
	if(status in ('Open', 'Offer Made'), null,
		least(opened + interval floor((2 + d * d * 150) * 86400) second, %(now)s - interval 1 hour)),
	if(status in ('Open', 'Offer Made'),
		opened + interval floor(d * age * 86400) second,
		least(opened + interval floor((2 + d * d * 150) * 86400) second, %(now)s - interval 1 hour)),
	if(status = 'Rejected' and region = 28, 'Lost', status),
	-- engineer 1 owns a fifth, 2 a fiftieth, 3 a tenth, the other 47 the rest
	case when b < .20 then 1 when b < .22 then 2 when b < .32 then 3 else 4 + floor((b - .32) / .68 * 47) end,
	-- engineer 3 (here 0) also supports every hundredth
	case when g mod 10 < 3 then 1 + g mod 5 when g mod 100 = 99 then 0 end,
	region,
	1 + floor(f * %(customers)s),
	if(status in ('Lost', 'Rejected'), 1 + g mod 12, null),
	1 + g div 16 mod 4,
	1 + g div 64 mod 10,
	1 + g div 4096 mod 3,
	round(exp(6 + e * 6), 2),
	case status when 'Open' then 20 when 'Offer Made' then 50 when 'Won' then 100 else 0 end,
	date(opened + interval 60 day),
	if(g mod 100 < 80, 300 + floor(f * f * f * 300000), null)
from placed
