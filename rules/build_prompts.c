/*
 * From the model's prompts, which rules/lib/prompts.lua made, to those of the image. Everything is
 * called inside of the protected call of build_image.c.
 */
#include "build.h"
#include "build_sell.h"

static uint32_t
read_occasions(const struct making *making)
{
	static const char *const names[] = { "accept_order", "pay_bill", "cancel", "enquiry",
		"daily" };
	return BUILD_SELL_BITS(making, "occasions", names);
}

static int32_t
read_condition(const struct making *making)
{
	return reader_has(making->lua, "when") ? (int32_t)reader_number(making->lua, "when")
					       : NO_FUNCTION;
}

static void
read_prompt(const struct making *making, struct prompt *prompt)
{
	static const char *const shows[] = { "popup", "task", "message" };
	prompt->id = build_sell_text(making, "id");
	prompt->retains = reader_has(making->lua, "parties");
	if (prompt->retains)
		prompt->parties = build_sell_numbers(making, "parties");
	prompt->occasions = read_occasions(making);
	prompt->show = (enum prompt_show)BUILD_SELL_CHOICE(making, "show", shows);
	prompt->offer = build_sell_numbers(making, "offer");
	prompt->priority = reader_number(making->lua, "priority");
	prompt->when = read_condition(making);
	prompt->expires_days = (int32_t)reader_number(making->lua, "expires");
	prompt->declined_days = (int32_t)reader_number(making->lua, "declined");
	prompt->accepted_days = (int32_t)reader_number(making->lua, "accepted");
	prompt->once = reader_flag(making->lua, "once");
	prompt->say = build_sell_text(making, "say");
}

static void
read_quiets(const struct making *making, struct selling *selling)
{
	struct reader_list quiets = build_sell_list(making, "quiets", sizeof(struct quiet));
	for (struct quiet *one; (one = reader_next(&quiets)) != NULL;) {
		one->id = build_sell_text(making, "id");
		one->when = read_condition(making);
		one->except = build_sell_numbers(making, "except");
		one->say = build_sell_text(making, "say");
	}
	selling->quiets = quiets.items;
	selling->quiet_count = quiets.count;
}

void
build_prompts(const struct making *making, struct selling *selling)
{
	lua_getfield(making->lua, -1, "told");
	struct reader_list prompts = build_sell_list(making, "prompts", sizeof(struct prompt));
	for (struct prompt *one; (one = reader_next(&prompts)) != NULL;)
		read_prompt(making, one);
	selling->prompts = prompts.items;
	selling->prompt_count = prompts.count;
	read_quiets(making, selling);
	reader_close(making->lua);
}
