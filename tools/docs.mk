# The reference pages, which the program writes from its own tables. A test holds them to it.
REFERENCE_PAGES = $(foreach page,api commands settings language,$(foreach language,en zh,$(page).$(language)))

.PHONY: docs
docs: $(BUILD)/suanpan ## write the reference pages, docs/reference
	@mkdir -p docs/reference
	@$(foreach name,$(REFERENCE_PAGES),$(BUILD)/suanpan help --reference $(basename $(name)) \
		--language $(patsubst .%,%,$(suffix $(name))) > docs/reference/$(name).md && ) true
	@echo "  write docs/reference: $(REFERENCE_PAGES)"
