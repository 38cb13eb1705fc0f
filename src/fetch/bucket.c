/* All objects below a place in a bucket (S3) or a container (Azure): listed page by page, and each brought unless the copy that is kept
 * has the tag that the list tells. What vanishes there stays until the copies are forgotten, as with folders. */
#include "fetch/inside.h"
#include "fetch/listing.h"
#include "text/text.h"

enum { LIST_BYTES = 8 << 20, CALL_MS = 30000, PAGES = 100 };

struct bucket {
	struct fetching *f;
	const struct fetch_bucket_way *way;
	struct str root, prefix;   /* the address of the bucket, and what the names begin with */
	VEC(struct fetch_object) list;
};

static bool judge(int status, struct err *e)
{
	if (status == 200) return true;
	if (status == 401 || status == 403) return err_set(e, ERR_UNAUTHENTICATED, "The other server does not let us list what is there (%d). Check the keys of the connection, and whether they may list.", status);
	if (status == 404) return err_set(e, ERR_NOT_FOUND, "The other server has no such bucket.");
	return err_set(e, ERR_UPSTREAM, "The other server answered %d instead of a list.", status);
}

static bool read_page(struct bucket *b, struct str *next, struct err *e)
{
	struct fetching *f = b->f;
	struct net_answer answer;
	struct fetch_call c = { .url = b->way->list(f->a, b->root, b->prefix, *next) };
	if (!b->way->sign(f, &c, e)) return false;
	const struct net_call call = { .url = c.url, .headers = c.headers, .nheaders = c.nheaders, .most = LIST_BYTES, .timeout_ms = CALL_MS,
		                       .flags = fetch_flags(f->site) | NET_NO_TLS, .ca_file_or_empty = fetch_ca(f->site), .cancel_or_null = f->r->cancel_or_null };
	if (!net_call(&call, f->a, &answer, e) || !judge(answer.status, e)) return false;
	struct str rest = answer.body;
	struct fetch_object x;
	while (fetch_next_object(f->a, &rest, &x)) {
		if (!x.bytes || !str_starts(x.key, b->prefix) || !fetch_name_ok(str_from(x.key, (size_t)(str_rfind_char(x.key, '/') + 1)))) continue;
		vec_push(f->a, &b->list, x);
	}
	*next = fetch_next_page(f->a, answer.body);
	return true;
}

static bool one(struct bucket *b, const struct fetch_object *x, struct err *e)
{
	struct fetching *f = b->f;
	struct fetch_copy copy;
	bool found;
	if (!fetch_copy_read(f, x->key, &copy, &found, e)) return false;
	if (found && copy.whole && x->tag.n && str_eq(fetch_known_read(f->a, copy.known).etag, x->tag)) return true;
	struct fetch_call c = { .url = arena_printf(f->a, "%.*s/%.*s", STR_ARG(b->root), STR_ARG(fetch_encode_key(f->a, x->key, false))), .conditional = true,
		                .sign = b->way->sign, .item = x->key, .tag = x->tag, .name = str_from(x->key, b->prefix.n) };
	if (!fetch_by_http(f, &c, e)) return false;
	/* They are given at the end, from what is kept: so many need not be open at once. */
	if (f->r->dataset) {
		fetch_done(f->out.p, f->out.n);
		f->out.n = 0;
	}
	return true;
}

bool fetch_bucket(struct fetching *f, const struct fetch_bucket_way *way, struct str root, struct str prefix, struct err *e)
{
	struct bucket b = { .f = f, .way = way, .root = root, .prefix = prefix };
	struct str next = STR("");
	bool given;
	if (!fetch_folder_recent(f, &given, e)) return false;
	if (given) return true;
	for (int i = 0; i < PAGES && b.list.n <= FETCH_ITEMS && (!i || next.n); i++)
		if (!read_page(&b, &next, e)) return false;
	if (!b.list.n) return err_set(e, ERR_NOT_FOUND, "There is no object below “%.*s”.", STR_ARG(str_sub(prefix, 0, 200)));
	if (next.n || b.list.n > FETCH_ITEMS) return err_set(e, ERR_TOO_LARGE, "There are more than %d objects below “%.*s”; name a smaller place.", FETCH_ITEMS, STR_ARG(str_sub(prefix, 0, 200)));
	for (size_t i = 0; i < b.list.n; i++)
		if (!one(&b, &b.list.p[i], e) || !fetch_stopped(f, e)) return false;
	return fetch_folder_give(f, e);
}
