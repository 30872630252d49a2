-- Subscriptions 0 to :count - 1, with the free minutes that calls_minutes_used_before() (bench/load/calls.c) says.
insert into subscriptions
	select 's' || lpad(number::text, 7, '0'), :fen, least(100, number * 7919 % 201), :month
	from generate_series(0::bigint, :count - 1) as number(number);
vacuum analyze subscriptions;
checkpoint;
