/* Which addresses belong to the public internet: everything but the blocks that IANA's registries of special-purpose addresses
 * keep for other uses (RFC 6890 and its updates). Addresses that carry an IPv4 one inside are judged by that. */
#include "net/inside.h"
#include <netinet/in.h>
#include <sys/socket.h>

struct block { uint8_t bytes[16]; int bits; };
static const struct block v4[] = {
	{ { 0 }, 8 },               { { 10 }, 8 },          { { 100, 64 }, 10 },        { { 127 }, 8 },
	{ { 169, 254 }, 16 },       { { 172, 16 }, 12 },    { { 192, 0, 0 }, 24 },      { { 192, 0, 2 }, 24 },
	{ { 192, 88, 99 }, 24 },    { { 192, 168 }, 16 },   { { 198, 18 }, 15 },        { { 198, 51, 100 }, 24 },
	{ { 203, 0, 113 }, 24 },    { { 224 }, 4 },         { { 240 }, 4 },
};
/* Of 2000::/3, the only block from which addresses of the public internet are given. */
static const struct block v6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 },             /* protocols: Teredo, benchmarks, ORCHID … */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },       /* documentation */
	{ { 0x20, 0x02 }, 16 },                   /* 6to4: relays are gone, and it carries any IPv4 address */
	{ { 0x3f, 0xff, 0x00 }, 20 },             /* documentation */
};
static const struct block global6 = { { 0x20 }, 3 };
static const struct block mapped = { { [10] = 0xff, [11] = 0xff }, 96 };                      /* ::ffff:a.b.c.d */
static const struct block translated = { { 0x00, 0x64, 0xff, 0x9b }, 96 };                    /* 64:ff9b::a.b.c.d */

static bool within(const uint8_t *address, const struct block *b)
{
	int whole = b->bits / 8, rest = b->bits % 8;
	if (memcmp(address, b->bytes, (size_t)whole) != 0) return false;
	return rest == 0 || ((address[whole] ^ b->bytes[whole]) >> (8 - rest)) == 0;
}

static bool any(const uint8_t *address, const struct block *blocks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (within(address, &blocks[i])) return true;
	return false;
}

static bool public4(const uint8_t *a) { return !any(a, v4, COUNT_OF(v4)); }

bool net_is_public(const void *sockaddr, size_t n)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;
	sa_family_t family;
	if (n < sizeof(struct sockaddr)) return false;
	memcpy(&family, (const char *)sockaddr + offsetof(struct sockaddr, sa_family), sizeof family);
	if (family == AF_INET && n >= sizeof four) {
		memcpy(&four, sockaddr, sizeof four);
		return public4((const uint8_t *)&four.sin_addr);
	}
	if (family != AF_INET6 || n < sizeof six) return false;
	memcpy(&six, sockaddr, sizeof six);
	const uint8_t *a = six.sin6_addr.s6_addr;
	if (within(a, &mapped) || within(a, &translated)) return public4(a + 12);
	return within(a, &global6) && !any(a, v6, COUNT_OF(v6));
}

bool net_is_loopback(const void *sockaddr, size_t n)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;
	sa_family_t family;
	if (n < sizeof(struct sockaddr)) return false;
	memcpy(&family, (const char *)sockaddr + offsetof(struct sockaddr, sa_family), sizeof family);
	if (family == AF_INET && n >= sizeof four) {
		memcpy(&four, sockaddr, sizeof four);
		return (ntohl(four.sin_addr.s_addr) >> 24) == 127;
	}
	if (family != AF_INET6 || n < sizeof six) return false;
	memcpy(&six, sockaddr, sizeof six);
	return memcmp(&six.sin6_addr, &in6addr_loopback, sizeof in6addr_loopback) == 0;
}
