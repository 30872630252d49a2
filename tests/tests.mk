# What proves it: make test, crash, roads, fuzz, lint. The work is in tests/run.py; this says only what each needs.
#
# TESTS_BUILD is the folder of the builds that tests need: release, asan and fuzz below it.

TESTS_BUILD ?= build
TESTS_RUN = /usr/bin/python3 tests/run.py --build $(TESTS_BUILD)
# Of `make fuzz`, for each fuzzer.
FUZZ_SECONDS ?= 600
# Of `make crash`.
KILLS ?= 200

# Of `make roads`.
EVENTS ?= 10000
STARTS ?= 100

.PHONY: test crash roads fuzz lint format

test: ## prove it: unit, property, integration and crash tests, sanitizers, fuzzers; needs under 10 minutes
	@tools/install.sh build test
	@$(TESTS_RUN) test

crash: ## kill the server 200 times under load, and the whole model for long (KILLS=…)
	@tools/install.sh build test
	@$(TESTS_RUN) crash --kills $(KILLS)

roads: ## price 10,000 events by rate, charge, test and replay, over 100 starts, and compare (EVENTS=… STARTS=…)
	@tools/install.sh build test
	@$(TESTS_RUN) roads --events $(EVENTS) --starts $(STARTS)

fuzz: ## run each fuzzer for 10 minutes (FUZZ_SECONDS=…)
	@tools/install.sh build test
	@$(TESTS_RUN) fuzz --seconds $(FUZZ_SECONDS)

lint: ## clang-tidy, cppcheck, luacheck, shellcheck, who may include whom
	@tools/install.sh build test
	@$(TESTS_RUN) lint

format: ## lay out the C code as .clang-format says
	@tools/install.sh build test
	@find engine store rules tools tests bench -name '*.[ch]' -exec clang-format -i {} +
