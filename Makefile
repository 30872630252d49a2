# Suanpan. `make run` and `make test` are all you need; `make help` lists the rest.
#
# One build folder for each kind of build: build/release, build/asan, build/clang.
# Object files carry their header dependencies, so nothing needs `make clean`.

MODE ?= release
CC_release = gcc
CC_asan = gcc
CC_clang = clang
CC_fuzz = clang
BUILD ?= build/$(MODE)
# One name for one folder, for the dependencies are listed by the name it had.
override BUILD := $(patsubst $(CURDIR)/%,%,$(BUILD))

# Listed in reading order; a library may use those before it (see ARCHITECTURE.md, law 7).
AREAS = base store rules engine tools

PACKAGES = libuv lmdb msgpack lua5.4 libxxhash libcrypto libisal jansson libzstd libcurl
WARNINGS = -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Werror
# Optimised across files: a seventh fewer instructions a charge. What a request does is a long way of short functions:
# with more of them inlined than the compiler likes to, a twenty-fifth fewer, and an eighth more code.
FLAGS_release = -O3 -g -flto=auto --param inline-unit-growth=80 --param max-inline-insns-auto=40
AR_release = gcc-ar
AR_asan = ar
AR_clang = ar
AR_fuzz = ar
FLAGS_asan = -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# Of unit tests themselves: to optimise them takes longer than they then save.
FLAGS_units_asan = -Og -Wno-maybe-uninitialized
FLAGS_clang = -O2 -g
FLAGS_fuzz = -O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
# Only machines of this kind are served; crc32 and popcount instructions are on all of them.
FLAGS_arch = $(if $(filter x86_64,$(shell uname -m)),-march=x86-64-v2)

CFLAGS_all = -std=c11 -D_GNU_SOURCE -pthread -fno-strict-aliasing -fno-tree-slp-vectorize -MMD -MP $(FLAGS_arch) $(FLAGS_$(MODE)) \
	$(WARNINGS) -isystem /usr/include/lua5.4 -DSUANPAN_VERSION='"$(VERSION)"'
LIBS = -luv -llmdb -lmsgpackc -llua5.4 -lxxhash -lcrypto -lisal -ljansson -lcurl -lzstd -lm -ldl
LIBS_base = -lxxhash -lcrypto -lisal
LIBS_store = $(LIBS_base) -luv -llmdb -lzstd
LIBS_rules = $(LIBS_base) -llua5.4 -lm
LIBS_engine = $(LIBS)
LIBS_tools = $(LIBS)
VERSION = 0.1.0

CC_used = $(CC_$(MODE))
compile = $(CC_used) $(CFLAGS_all) $(CFLAGS)
# `make V=1` shows every command; else a line a file.
quiet = $(if $(V),,@echo "  $(1) $(2)";)

SOURCES_base = $(wildcard engine/base/*.c)
SOURCES_store = $(wildcard store/*.c)
SOURCES_rules = $(wildcard rules/*.c)
SOURCES_engine = $(wildcard engine/*.c)
SOURCES_tools = $(filter-out tools/main.c,$(wildcard tools/*.c))

library = $(BUILD)/lib$(1).a
objects = $(patsubst %.c,$(BUILD)/%.o,$(SOURCES_$(1)))
# The libraries that a test or program of an area links: its own and those before it.
LINK_base = $(call library,base)
LINK_store = $(call library,store) $(LINK_base)
LINK_rules = $(call library,rules) $(LINK_base)
LINK_engine = $(call library,engine) $(call library,rules) $(call library,store) $(LINK_base)
LINK_tools = $(call library,tools) $(LINK_engine)

# The scripts of rules/lib, which the program holds compiled.
LUA_COMPILED = $(patsubst %.lua,$(BUILD)/%.luac,$(sort $(wildcard rules/lib/*.lua)))
# What `suanpan init` begins a catalog with.
SAMPLE = $(sort $(wildcard rules/sample/*.lua rules/sample/*/*.lua rules/sample/.*.json))

.PHONY: all help clean
.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:

all: $(BUILD)/suanpan ## build the program: build/release/suanpan

$(BUILD)/suanpan: $(BUILD)/tools/main.o $(LINK_tools)
	$(call quiet,link,$@)$(CC_used) $(FLAGS_$(MODE)) -pthread $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,compile,$<)$(compile) -c -o $@ $<

$(BUILD)/rules/lib/compile: $(BUILD)/rules/lib/compile.o
	$(CC_used) $(FLAGS_$(MODE)) -o $@ $^ -llua5.4

$(BUILD)/rules/lib/%.luac: rules/lib/%.lua $(BUILD)/rules/lib/compile
	@$(BUILD)/rules/lib/compile lib/$*.lua < $< > $@

# The folder is newer than a script that came into it with an older time, as by mv or a checkout.
$(BUILD)/rules/library.S: $(LUA_COMPILED) rules/lib tools/embed.sh
	@mkdir -p $(@D)
	tools/embed.sh rules_library $(BUILD)/rules/lib $(LUA_COMPILED) > $@

$(BUILD)/rules/library.o: $(BUILD)/rules/library.S
	$(CC_used) -c -o $@ $<

$(BUILD)/rules/layouts.S: $(sort $(wildcard rules/layouts/*.lua)) tools/embed.sh
	@mkdir -p $(@D)
	tools/embed.sh rules_layouts rules/layouts $(filter %.lua,$^) > $@

$(BUILD)/rules/layouts.o: $(BUILD)/rules/layouts.S
	$(CC_used) -c -o $@ $<

$(BUILD)/tools/sample.S: $(SAMPLE) tools/embed.sh
	@mkdir -p $(@D)
	tools/embed.sh tools_sample rules/sample $(SAMPLE) > $@

$(BUILD)/tools/sample.o: $(BUILD)/tools/sample.S
	$(CC_used) -c -o $@ $<

# What the build makes of no C file of its own.
EMBEDDED_rules = $(BUILD)/rules/library.o $(BUILD)/rules/layouts.o
EMBEDDED_tools = $(BUILD)/tools/sample.o

define area_rules
$(call library,$(1)): $(call objects,$(1)) $(EMBEDDED_$(1))
	@rm -f $$@
	$$(call quiet,archive,$$@)$(AR_$(MODE)) rcs $$@ $$^

$(BUILD)/tests/unit/$(1)/%: $(BUILD)/tests/unit/$(1)/%.o $(LINK_$(1))
	$$(call quiet,link,$$@)$(CC_used) $(FLAGS_$(MODE)) -pthread $(LDFLAGS) -o $$@ $$^ -lcmocka $(LIBS_$(1))

UNIT_TESTS += $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/$(1)/test_*.c))
endef
$(foreach area,$(AREAS),$(eval $(call area_rules,$(area))))

$(BUILD)/tests/unit/%.o: CFLAGS += $(FLAGS_units_$(MODE))

.PHONY: units
units: $(UNIT_TESTS) ## build the unit tests of this MODE

# Fuzzers: tests/fuzz/fuzz_NAME.c, each with LLVMFuzzerTestOneInput; built with MODE=fuzz, of the
# files that they read with and no others. What a method does is named by its row in the table of
# methods, is not among them, and is never called.
FUZZED_files = $(wildcard rules/sheet*.c engine/batch.c engine/method*.c engine/pack.c engine/params*.c \
	engine/say.c engine/scan.c)
FUZZED = $(call objects,base) $(call objects,store) $(patsubst %.c,$(BUILD)/%.o,$(FUZZED_files))
$(BUILD)/tests/fuzz/libfuzzed.a: $(FUZZED)
	@rm -f $@
	$(call quiet,archive,$@)$(AR_$(MODE)) rcs $@ $^
$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/libfuzzed.a
	$(CC_used) $(FLAGS_$(MODE)) -fsanitize=fuzzer -pthread $(LDFLAGS) -Wl,--unresolved-symbols=ignore-all -o $@ $^ $(LIBS)
.PHONY: fuzzers
fuzzers: $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))

-include bench/bench.mk tools/run.mk tools/docs.mk tests/tests.mk

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 20

clean: ## remove everything that was built
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
