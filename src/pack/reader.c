/* The guard every unpacked stream passes: a few packed bytes may stand for terabytes, so the size
 * and the ratio are watched while reading, never believed from a header. */
#include "pack/reader.h"
#include <errno.h>
#include <unistd.h>

enum { FREE_BYTES = 64 << 20 }; /* a stream this short is no bomb whatever its ratio */

struct pack_limits pack_limits_of(const struct pack_limits *l)
{
	return (struct pack_limits){
		.bytes = l->bytes > 0 ? l->bytes : (int64_t)16 << 30,
		.ratio = l->ratio > 0 ? l->ratio : 200,
		.entries = l->entries > 0 ? l->entries : 10000,
	};
}

enum pack_kind pack_kind_of(struct str head)
{
	if (head.n >= 3 && memcmp(head.p, "\x1f\x8b\x08", 3) == 0) return PACK_GZIP;
	if (head.n >= 4 && (memcmp(head.p, "PK\x03\x04", 4) == 0 || memcmp(head.p, "PK\x05\x06", 4) == 0))
		return PACK_ZIP;
	if (head.n >= 10 && memcmp(head.p, "BZh", 3) == 0 && memcmp(head.p + 4, "1AY&SY", 6) == 0) return PACK_BZIP2;
	if (head.n >= 512 && memcmp(head.p + 257, "ustar", 5) == 0) return PACK_TAR;
	return PACK_PLAIN;
}

bool pack_fill(int fd, char *to, size_t n, size_t *got, struct err *e)
{
	size_t have = 0;
	while (have < n) {
		ssize_t r = read(fd, to + have, n - have);
		if (r < 0 && errno == EINTR) continue;
		if (r < 0) return err_os(e, "read of a packed stream");
		if (r == 0) break;
		have += (size_t)r;
	}
	*got = have;
	return true;
}

bool pack_read(struct pack_reader *r, char *to, size_t n, size_t *got, struct err *e)
{
	if (!r->read(r, to, n, got, e)) return false;
	r->unpacked += (int64_t)*got;
	if (r->unpacked > r->limits.bytes)
		return err_set(e, ERR_TOO_LARGE, "the file unpacks to more than %lld MB, which is more than is accepted",
		               (long long)(r->limits.bytes >> 20));
	if (r->unpacked > FREE_BYTES && r->unpacked / r->limits.ratio > r->packed)
		return err_set(e, ERR_TOO_LARGE,
		               "the file unpacks to more than %d times its packed size and was refused; "
		               "send it unpacked if that is right", r->limits.ratio);
	return true;
}

int64_t pack_packed_bytes(const struct pack_reader *r) { return r->packed; }

void pack_close(struct pack_reader *r)
{
	if (r) r->close(r);
}

void pack_close_at(struct pack_reader **r) { pack_close(*r); }
