# The demonstration: everything from nothing to a table of charges.
.PHONY: run
run: ## install what is missing, build, start a server, rate a switch's file; ONCE=1 stops after the table
	@tools/install.sh build
	@$(MAKE) --no-print-directory all
	@PROGRAM="$(BUILD)/suanpan" ONCE="$(ONCE)" tools/demo.sh
