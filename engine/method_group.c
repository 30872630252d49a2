/* Methods: groups and sites (see method.h). */
#include "method_parts.h"

#include "call.h"

#include "../store/records.h"
#include "../store/store.h"

/* Tables are laid out by hand. */
/* clang-format off */

static const char *const GROUP_KINDS[] = { "group", "site", NULL };

static const struct field GROUP_FIELDS[] = {
	{ "group", FIELD_IDENTIFIER, offsetof(struct group_params, group), true, 0, 0, NULL, NULL,
		"the group's id, as packages that it holds name it", "群组编号，与优惠包中的 group 相同" },
	{ "kind", FIELD_CHOICE, offsetof(struct group_params, kind), false, 0, 0, GROUP_KINDS, NULL,
		"group (if absent): a family, a company; site: its members are tenants, mostly of different customers, and each owes "
		"by itself what a package asks of a group once",
		"group（缺省）：家庭、企业等；site：站址，成员为租户，通常分属不同客户，优惠包对群组只收一次的费用由各租户分别承担" },
	{ "home", FIELD_IDENTIFIER, offsetof(struct group_params, home), false, 0, 0, NULL, NULL,
		"the customer whose it is; must exist", "所属客户，必须已存在" },
	{ "facts", FIELD_LIST, offsetof(struct group_params, facts), false, 0, PACKAGE_VALUES_MAX, NULL, &METHOD_HELD_FACT_PARAMS,
		"what the formulas of its members' charges may ask for, and while it holds; what a subscription says itself goes before it",
		"其成员的收费公式可查询的事实及其起止；用户自己给出的优先" },
	METHOD_EXPECT(group_params),
};
SHAPE(GROUP_PARAMS, "group.put", GROUP_FIELDS, struct group_params);

static const struct field GROUP_GET_FIELDS[] = {
	{ "group", FIELD_IDENTIFIER, offsetof(struct group_get_params, group), true, 0, 0, NULL, NULL, "the group's id", "群组编号" },
	{ "after", FIELD_IDENTIFIER, offsetof(struct group_get_params, after), false, 0, 0, NULL, NULL,
		"the `next` of the page before: members behind it; from the first if absent", "上一页的 next：列出其后的成员；缺省从第一个开始" },
	{ "limit", FIELD_INTEGER, offsetof(struct group_get_params, limit), false, 1, RANGE_RECORDS_MAX, NULL, NULL,
		"how many members at most; 50 if absent", "最多列出的成员数，缺省 50" },
};
SHAPE(GROUP_GET_PARAMS, "group.get", GROUP_GET_FIELDS, struct group_get_params);
static const char *const GROUP_GET_POSITIONAL[] = { "group", NULL };

static const struct field MEMBER_PACKAGE_FIELDS[] = {
	{ "package", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "that it holds by the group", "由该群组持有的优惠包" },
	{ "from", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "first instant; since ever if absent", "起始时间，缺省为一直" },
	{ "till", FIELD_TIME, 0, false, 0, 0, NULL, NULL,
		"first instant no longer, the end of the subscription included; for ever if absent", "终止时间（不含），含用户终止；缺省为永久" },
	{ "pays", FIELD_BOOLEAN, 0, false, 0, 0, NULL, NULL, "it is the one that owes what the group does once", "群组只收一次的由其承担" },
};
RESULT(MEMBER_PACKAGE, "packages", MEMBER_PACKAGE_FIELDS);
static const struct field MEMBER_FIELDS[] = {
	{ "subscription", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the member", "成员用户" },
	{ "packages", FIELD_LIST, 0, true, 0, 0, NULL, &MEMBER_PACKAGE, "what it holds by the group, and when", "由该群组持有的优惠包及其起止" },
};
RESULT(MEMBER_RESULT, "list", MEMBER_FIELDS);
static const struct field GROUP_RESULT_FIELDS[] = {
	{ "group", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its id", "群组编号" },
	{ "kind", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "if it was put: \"group\" or \"site\"", "若已登记：group 或 site" },
	{ "home", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the customer whose it is", "所属客户" },
	{ "facts", FIELD_LIST, 0, false, 0, 0, NULL, &METHOD_HELD_FACT_PARAMS, "as they were put, each by itself", "各项事实" },
	{ "members", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "how many it has now, by the server's clock", "当前成员数，按服务器时钟" },
	{ "list", FIELD_LIST, 0, true, 0, 0, NULL, &MEMBER_RESULT,
		"a page of all that are, were or will be members, in the order of their ids", "曾是、现是或将是成员的用户，按编号排列的一页" },
	{ "next", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "if more may come: `after` of the next page", "若可能还有：下一页的 after" },
	{ "version", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "for `expect`; 0: it has members, and was never put",
		"版本，供 expect 使用；0 表示有成员但从未登记" },
};
RESULT(GROUP_RESULT, "group", GROUP_RESULT_FIELDS);

static const enum say GROUP_PUT_SAYS[] = { SAY_FACT, SAY_VERSION_CONFLICT, SAY_NOT_FOUND, SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
const struct method METHOD_GROUP_PUT = { "group.put", &GROUP_PARAMS, NULL, &METHOD_PUT_RESULT, GROUP_PUT_SAYS, put_run_group, NULL,
	"makes or changes a group or a site: what is known of it; its members are the subscriptions that hold packages by it",
	"新建或修改群组或站址的资料；其成员即由该群组持有优惠包的用户", true };
const struct method METHOD_GROUP_GET = { "group.get", &GROUP_GET_PARAMS, GROUP_GET_POSITIONAL, &GROUP_RESULT, METHOD_GET_SAYS,
	query_run_group, NULL, "reads a group, with a page of its members", "查询群组及其成员的一页", false };
