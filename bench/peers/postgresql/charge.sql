-- The tables and functions. A subscription's row is changed in place where its page has room (fillfactor), without touching
-- the index. The ledger's primary key is the request id, so it also knows repeats.

create table subscriptions (
	service text primary key,
	fen bigint not null,
	used int not null,
	month int not null
) with (fillfactor = 60);

create table ledger (
	id text primary key,
	service text not null,
	dialled text not null,
	at_ms bigint not null,
	seconds int not null,
	free int not null,
	fen int not null,
	left_fen bigint not null
);

-- Charges one call: "charged 45", "repeat 45" or "refused WHY". 0.15 a started minute from 07:00 to 21:00 in Shanghai,
-- otherwise 0.08, by each minute's first moment; 07:00 and 21:00 are whole minutes, so the minute in which that moment lies
-- decides. A loop-free form: the minutes by day before minute x are 840 * (x / 1440) + least(greatest(x % 1440 - 420, 0), 840).
create function charge(request text, asked text, dialled text, at_ms bigint, seconds int)
	returns text language plpgsql as $$
declare
	this date := date '1970-01-01' + ((at_ms + 28800000) / 86400000)::int;
	this_month int := date_part('year', this)::int * 12 + date_part('month', this)::int - 1;
	paid int := (seconds + 59) / 60;
	free int;
	first_paid int;
	cost int;
	s record;
begin
	select fen, used, month into s from subscriptions where service = asked for update;
	if not found then
		return 'refused UNKNOWN_SUBSCRIPTION';
	end if;
	free := least(case when s.month = this_month then 100 - s.used else 100 end, paid);
	paid := paid - free;
	first_paid := (at_ms + 28800000) / 60000 + free;
	cost := 8 * paid + 7 * (840 * ((first_paid + paid) / 1440) - 840 * (first_paid / 1440)
		+ least(greatest((first_paid + paid) % 1440 - 420, 0), 840)
		- least(greatest(first_paid % 1440 - 420, 0), 840));
	if cost > s.fen then
		return 'refused BALANCE_TOO_LOW';
	end if;
	insert into ledger values (request, asked, dialled, at_ms, seconds, free, cost, s.fen - cost)
		on conflict do nothing;
	if not found then
		return (select 'repeat ' || fen from ledger where id = request);
	end if;
	update subscriptions set fen = s.fen - cost, month = this_month,
			used = free + case when s.month = this_month then s.used else 0 end
		where service = asked;
	return 'charged ' || cost;
end
$$;
