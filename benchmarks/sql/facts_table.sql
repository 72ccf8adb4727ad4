create table `_benchmark_facts` (
	n int primary key,
	opened datetime not null,
	closed datetime,
	modified datetime not null,
	status varchar(20) not null,
	engineer int not null,
	application_engineer int,
	region int not null,
	customer int not null,
	reason int,
	line int not null,
	source int not null,
	type int not null,
	value decimal(21, 9) not null,
	probability int not null,
	expected_closing date not null,
	first_response int
)
