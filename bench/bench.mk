# Included by the main Makefile. Programs and objects lie together below $(BUILD)/bench.

BENCH_PROGRAMS = $(BUILD)/bench/load/load $(BUILD)/bench/bare/bare $(BUILD)/bench/check/histogram $(BUILD)/bench/rating/rating \
	$(BUILD)/bench/tables/tables $(BUILD)/bench/selling/selling
bench_objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard bench/$(1)/*.c))

# Python with Debian's packages, not one of a version manager.
BENCH_PYTHON ?= /usr/bin/python3

$(BUILD)/bench/load/load: $(call bench_objects,load)
	$(CC_used) $(FLAGS_$(MODE)) -pthread $(LDFLAGS) -o $@ $^

$(BUILD)/bench/bare/bare: $(call bench_objects,bare)
	$(CC_used) $(FLAGS_$(MODE)) -pthread $(LDFLAGS) -o $@ $^ -luv -lmsgpackc -llua5.4 -lxxhash -lisal

$(BUILD)/bench/check/histogram: $(BUILD)/bench/check/histogram.o $(BUILD)/bench/load/histogram.o
	$(CC_used) $(FLAGS_$(MODE)) -pthread $(LDFLAGS) -o $@ $^

$(BUILD)/bench/rating/rating: $(call bench_objects,rating) $(LINK_rules)
	$(CC_used) $(FLAGS_$(MODE)) -pthread $(LDFLAGS) -o $@ $^ $(LIBS_rules)

$(BUILD)/bench/tables/tables: $(call bench_objects,tables) $(LINK_rules)
	$(CC_used) $(FLAGS_$(MODE)) -pthread $(LDFLAGS) -o $@ $^ $(LIBS_rules)

$(BUILD)/bench/selling/selling: $(call bench_objects,selling) $(LINK_rules)
	$(CC_used) $(FLAGS_$(MODE)) -pthread $(LDFLAGS) -o $@ $^ $(LIBS_rules)

.PHONY: bench bench-authoring bench-midnight bench-many bench-programs bench-check
bench-programs: $(BENCH_PROGRAMS)

bench-check: $(BENCH_PROGRAMS) ## does the bench itself measure rightly, and can its probes fail? A minute
	$(BENCH_PYTHON) bench/check.py --build $(BUILD)

# BENCH="--quick", BENCH="--only suanpan,redis" and so on go to bench/run.py.
bench: ## Suanpan beside Redis, PostgreSQL, Tarantool and a bare loop; writes bench/RESULTS.md
	tools/install.sh build bench
	$(MAKE) $(BUILD)/suanpan $(BENCH_PROGRAMS)
	$(BENCH_PYTHON) bench/run.py --build $(BUILD) $(BENCH)

# AUTHORING="--quick" and so on go to bench/authoring.py.
bench-authoring: ## how long an author waits: tests, a large check, a switch under load; writes bench/AUTHORING.md
	tools/install.sh build bench
	$(MAKE) $(BUILD)/suanpan
	$(BENCH_PYTHON) bench/authoring.py --build $(BUILD) $(AUTHORING)

# MIDNIGHT="--balances 100000" and so on go to bench/midnight.py.
bench-midnight: ## what a million balances that end at one instant do to charges
	tools/install.sh build bench
	$(MAKE) $(BUILD)/suanpan $(BENCH_PROGRAMS)
	$(BENCH_PYTHON) bench/midnight.py --build $(BUILD) $(MIDNIGHT)

# MANY="--sessions 1000000" and so on go to bench/many.py.
bench-many: ## memory of a subscription and of an open session, by ten million sessions
	tools/install.sh build bench
	$(MAKE) $(BUILD)/suanpan $(BENCH_PROGRAMS)
	$(BENCH_PYTHON) bench/many.py --build $(BUILD) $(MANY)
