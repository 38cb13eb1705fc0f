/* Who really asks: X-Forwarded-* (or Forwarded, see forwarded.c) is believed from trusted peers only, and read from the right,
 * since what stands on the left was written by whoever asked. */
#include "httpd/inside.h"
#include <arpa/inet.h>
#include <stdio.h>

static void map_v4(const struct in_addr *v4, struct in6_addr *out)
{
	memset(out, 0, sizeof *out);
	out->s6_addr[10] = out->s6_addr[11] = 0xff;
	memcpy(out->s6_addr + 12, v4, 4);
}

static bool is_v4(const struct in6_addr *a) { return IN6_IS_ADDR_V4MAPPED(a); }

bool address_parse(struct str text, struct in6_addr *out)
{
	char c[64];
	ptrdiff_t zone = str_find_char(text, '%');
	if (zone >= 0) text = str_sub(text, 0, (size_t)zone);
	if (text.n == 0 || text.n >= sizeof c || str_find_char(text, '\0') >= 0) return false;
	memcpy(c, text.p, text.n);
	c[text.n] = '\0';
	struct in_addr v4;
	if (inet_pton(AF_INET, c, &v4) == 1) {
		map_v4(&v4, out);
		return true;
	}
	return inet_pton(AF_INET6, c, out) == 1;
}

/* Stands for whoever comes by a socket of this machine, which has no address: one of the block for packets that go nowhere (RFC 6666). */
static const struct in6_addr unix_peer = { .s6_addr = { 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'u', 'n', 'i', 'x' } };

struct str address_text(struct arena *a, const struct in6_addr *address)
{
	char c[INET6_ADDRSTRLEN] = "";
	if (memcmp(address, &unix_peer, sizeof unix_peer) == 0) return STR("127.0.0.1");
	if (is_v4(address)) inet_ntop(AF_INET, address->s6_addr + 12, c, sizeof c);
	else inet_ntop(AF_INET6, address, c, sizeof c);
	return arena_str(a, str_of(c));
}

void address_of_socket(const struct sockaddr *sa, struct in6_addr *out)
{
	memset(out, 0, sizeof *out);
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, sa, sizeof in6);
		*out = in6.sin6_addr;
	} else if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, sa, sizeof in);
		map_v4(&in.sin_addr, out);
	} else if (sa->sa_family == AF_UNIX) {
		*out = unix_peer;
	}
}

bool proxies_read(struct arena *a, const char *const *texts, struct proxies *out, struct err *e)
{
	VEC(struct cidr) list = { 0 };
	for (; texts && *texts; texts++) {
		struct str text = str_of(*texts);
		ptrdiff_t slash = str_find_char(text, '/');
		struct str address = slash < 0 ? text : str_sub(text, 0, (size_t)slash);
		struct cidr c = { .bits = 128 };
		if (str_eq(text, STR("unix:"))) {
			c.address = unix_peer;
			vec_push(a, &list, c);
			continue;
		}
		if (!address_parse(address, &c.address))
			return err_set(e, ERR_USAGE,
			               "trusted proxy \"%s\" is not an address, a block such as "
			               "10.0.0.0/8, or unix:",
			               *texts);
		int64_t bits = is_v4(&c.address) ? 32 : 128;
		int64_t most = bits;
		if (slash >= 0 && (!str_to_int(str_from(text, (size_t)slash + 1), &bits) ||
		                   bits < 0 || bits > most))
			return err_set(e, ERR_USAGE,
			               "trusted proxy \"%s\": the prefix length must be 0 to %d",
			               *texts, (int)most);
		c.bits = (int)bits + (most == 32 ? 96 : 0);
		vec_push(a, &list, c);
	}
	out->p = list.p;
	out->n = list.n;
	return true;
}

bool proxies_trust(const struct proxies *x, const struct in6_addr *peer)
{
	for (size_t i = 0; i < x->n; i++) {
		int bits = x->p[i].bits;
		size_t whole = (size_t)bits / 8;
		int left = bits % 8;
		if (memcmp(peer->s6_addr, x->p[i].address.s6_addr, whole) != 0) continue;
		if (left == 0) return true;
		int mask = 0xff << (8 - left) & 0xff;
		if (((peer->s6_addr[whole] ^ x->p[i].address.s6_addr[whole]) & mask) == 0) return true;
	}
	return false;
}

bool hop_parse(struct str hop, struct in6_addr *out)
{
	hop = str_trim(hop);
	if (str_starts(hop, STR("["))) {
		ptrdiff_t end = str_find_char(hop, ']');
		return end > 0 && address_parse(str_sub(hop, 1, (size_t)end - 1), out);
	}
	ptrdiff_t colon = str_find_char(hop, ':');
	if (colon >= 0 && str_rfind_char(hop, ':') == colon) hop = str_sub(hop, 0, (size_t)colon);
	return address_parse(hop, out);
}

/* Reads one list from its right end; false once an address is not a proxy's: whoever wrote what stands left of it is unknown. */
static bool walk_hops(const struct proxies *x, struct str list, struct in6_addr *client)
{
	while (list.n) {
		ptrdiff_t comma = str_rfind_char(list, ',');
		struct str hop = comma < 0 ? list : str_from(list, (size_t)comma + 1);
		struct in6_addr a;
		if (!hop_parse(hop, &a)) return false;
		*client = a;
		if (!proxies_trust(x, &a)) return false;
		list = comma < 0 ? str_make("", 0) : str_sub(list, 0, (size_t)comma);
	}
	return true;
}

static void find_client(const struct proxies *x, const struct httpd_request *r,
                        struct in6_addr *client)
{
	for (size_t i = r->nheaders; i-- > 0;)
		if (str_eq_nocase(r->headers[i].name, STR("x-forwarded-for")) && !walk_hops(x, r->headers[i].value, client)) return;
}

void proxies_client(const struct proxies *x, const struct in6_addr *peer, struct str forwarded_for, struct in6_addr *out)
{
	*out = *peer;
	if (forwarded_for.n && x->n && proxies_trust(x, peer)) (void)walk_hops(x, forwarded_for, out);
}

static bool apply_forwarded(const struct proxies *x, const struct in6_addr *peer, struct httpd_request *r, struct err *e)
{
	struct forwarded f = { .client = *peer };
	struct str all = { 0 };
	for (size_t i = 0; i < r->nheaders; i++) {
		if (!str_eq_nocase(r->headers[i].name, STR("forwarded"))) continue;
		all = all.n ? arena_join(r->arena, all, STR(", ")) : all;
		all = all.n ? arena_join(r->arena, all, r->headers[i].value) : r->headers[i].value;
	}
	if (!forwarded_read(x, r->arena, all, &f, e)) return false;
	r->client = address_text(r->arena, &f.client);
	r->https = f.https;
	if (f.host.n && !url_read_host(r->arena, str_trim(f.host), &r->host, &r->port))
		return err_set(e, ERR_BAD_REQUEST, "the host in the Forwarded field is not a host name");
	return true;
}

bool proxies_apply(const struct proxies *x, const struct in6_addr *peer, struct httpd_request *r,
                   struct err *e)
{
	struct in6_addr client = *peer;
	if (!proxies_trust(x, peer)) {
		r->client = address_text(r->arena, &client);
		return true;
	}
	if (x->forwarded) return apply_forwarded(x, peer, r, e);
	find_client(x, r, &client);
	r->client = address_text(r->arena, &client);
	int protos = 0, hosts = 0;
	for (size_t i = 0; i < r->nheaders; i++) {
		const struct httpd_pair *h = &r->headers[i];
		if (str_eq_nocase(h->name, STR("x-forwarded-proto"))) {
			bool https = str_eq(str_trim(h->value), STR("https"));
			if (!https && !str_eq(str_trim(h->value), STR("http")))
				return err_set(e, ERR_BAD_REQUEST, "X-Forwarded-Proto must be http or https");
			if (protos++ && https != r->https)
				return err_set(e, ERR_BAD_REQUEST,
				               "X-Forwarded-Proto is given twice, differently");
			r->https = https;
		} else if (x->trust_host && str_eq_nocase(h->name, STR("x-forwarded-host"))) {
			if (hosts++ || !url_read_host(r->arena, str_trim(h->value), &r->host, &r->port))
				return err_set(e, ERR_BAD_REQUEST, "X-Forwarded-Host must be one host name");
		}
	}
	return true;
}
