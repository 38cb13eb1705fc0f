/* What is decided about an account, as fields: role, last day, groups, permissions. The same for one who is there and for
 * those who are invited. Nobody gives more than they have: roles, groups and permissions beyond that are shown and stay as
 * they are. */
#include "back/people.h"

static uint64_t mine(const struct visit *v)
{
	return v->who.who.admin ? ~UINT64_C(0) : v->who.who.permissions;
}

static bool may_group(const struct visit *v, const struct account_group *g)
{
	return (g->permissions & ~mine(v)) == 0;
}

static bool is_in(const struct back_profile *p, struct str group)
{
	for (size_t i = 0; i < p->ngroups; i++)
		if (str_eq(p->groups[i], group))
			return true;
	return false;
}

static bool may_role(const struct visit *v, struct str role)
{
	return (account_role_permissions(role) & ~mine(v)) == 0;
}

static struct str last_day(struct arena *a, const struct clock_zone *zone, struct instant expires)
{
	struct civil c;
	if (!expires.us)
		return STR("");
	clock_us_to_local(zone, expires.us - 1, &c);
	return arena_printf(a, "%04d-%02d-%02d", (int)c.year, c.month, c.day);
}

static void put_groups(struct html *h, const struct visit *v, const struct back_profile *now, const struct account_group *groups, size_t n)
{
	if (!n)
		return;
	struct html_option *options = arena_array(v->arena, struct html_option, n);
	for (size_t i = 0; i < n; i++)
		options[i] = (struct html_option){ .value = arena_printf(v->arena, "%lld", (long long)groups[i].id), .text = groups[i].name,
			.hint_text = groups[i].description, .on = is_in(now, groups[i].name), .disabled = !may_group(v, &groups[i]) };
	html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .name = "group", .label = N_("Groups"),
		.hint = N_("Members have the permissions of their groups, beside their own."), .options = options, .noptions = n, .columns = true });
}

void back_put_profile(struct html *h, const struct visit *v, const struct back_profile *now, const struct account_group *groups, size_t ngroups)
{
	const struct html_option roles[] = {
		{ .value = STR("member"), .message = N_("Member"), .hint = N_("Sees what is shown to members; may do what is allowed below.") },
		{ .value = STR("publisher"), .message = N_("Publisher"), .hint = N_("Makes and publishes datasets of their own."),
		  .disabled = !may_role(v, STR("publisher")) && !str_eq(now->role, STR("publisher")) },
		{ .value = STR("admin"), .message = N_("Administrator"), .hint = N_("May do everything at this portal, and needs a second factor."),
		  .disabled = !may_role(v, STR("admin")) && !str_eq(now->role, STR("admin")) },
	};
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "role", .label = N_("Role"), .options = roles, .noptions = COUNT_OF(roles),
		.value = now->role });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_DATE, .name = "expires", .label = N_("Last day"),
		.hint = N_("After this day the account can no longer sign in. Leave it empty for no end."),
		.value = last_day(v->arena, v->zone, now->expires) });
	put_groups(h, v, now, groups, ngroups);
	html_fieldset_open(h, N_("Permissions of the account itself"), N_("Beside those of its role and its groups."));
	back_put_permissions(h, v, now->own);
	html_fieldset_close(h);
}

/* --- reading ------------------------------------------------------------------------------------------------ */

/* The end of the day that was named, in the portal's zone. */
static bool read_day(struct visit *v, struct str text, struct instant former, struct instant *out, struct html_errors *errors)
{
	struct clock_text t;
	out->us = 0;
	if (!text.n)
		return true;
	if (!clock_parse(text, &t) || t.precision != CLOCK_DAY)
		return html_complain(errors, v->lang, "expires", N_("The last day must be a date, such as 2027-06-30."));
	struct civil next = clock_period_end(t.civil, CLOCK_DAY);
	out->us = clock_local_to_us(v->zone, &next);
	return out->us == former.us || out->us > clock_now().us || html_complain(errors, v->lang, "expires", N_("The last day is over already."));
}

static bool is_ticked(const struct visitor_form *f, int64_t group)
{
	int64_t id;
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, STR("group")) && str_to_int(f->pairs[i].value, &id) && id == group)
			return true;
	return false;
}

void back_read_profile(struct visit *v, const struct visitor_form *f, const struct back_profile *former, const struct account_group *groups,
                       size_t ngroups, struct back_profile *out, struct html_errors *errors)
{
	struct str *names = arena_array(v->arena, struct str, ngroups + 1);
	*out = (struct back_profile){ .name = str_trim(visitor_field(f, STR("name"))), .role = visitor_field(f, STR("role")),
		.own = back_read_permissions(v, f, former->own), .groups = names };
	if (!out->role.n)
		out->role = former->role;
	bool gives = may_role(v, out->role);
	if (!account_role_ok(out->role) || (!str_eq(out->role, former->role) && !(gives && may_role(v, former->role))))
		html_complain(errors, v->lang, "role", N_("This role is not yours to give."));
	(void)read_day(v, str_trim(visitor_field(f, STR("expires"))), former->expires, &out->expires, errors);
	for (size_t i = 0; i < ngroups; i++) {
		bool in = may_group(v, &groups[i]) ? is_ticked(f, groups[i].id) : is_in(former, groups[i].name);
		if (in)
			names[out->ngroups++] = groups[i].name;
	}
	if (out->name.n > ACCOUNT_NAME)
		html_complain(errors, v->lang, "name", N_("The name is too long."));
}
