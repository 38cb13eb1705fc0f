/* Countries from a database on this machine, asked with an address cut to its first 16 or 32 bits (ANA-10), and
 * networks that a portal leaves out. The door to libmaxminddb. */
#include "audience/inside.h"
#include <arpa/inet.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>

struct place { MMDB_s db; };

bool audience_place_open(const char *path, struct place **out, struct err *e)
{
	struct place *p = calloc(1, sizeof *p);
	ensure(p != NULL);
	int status = MMDB_open(path, MMDB_MODE_MMAP, &p->db);
	if (status != MMDB_SUCCESS) {
		free(p);
		err_set(e, ERR_USAGE, "the setting geoip_database names a file that cannot be read: a database of countries in MaxMind's format (.mmdb) is expected");
		return err_cause(e, "%s: %s", path, MMDB_strerror(status));
	}
	*out = p;
	return true;
}

void audience_place_close(struct place *p)
{
	if (!p) return;
	MMDB_close(&p->db);
	free(p);
}

static bool is_v4(const unsigned char *a)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	return memcmp(a, mapped, sizeof mapped) == 0;
}

struct str place_country(const struct place *p, const unsigned char client[AUDIENCE_ADDRESS], char room[3])
{
	int error = 0;
	MMDB_lookup_result_s found;
	if (is_v4(client)) {
		struct sockaddr_in in = { .sin_family = AF_INET };
		memcpy(&in.sin_addr, client + 12, 2);
		found = MMDB_lookup_sockaddr(&p->db, (const struct sockaddr *)&in, &error);
	} else {
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
		memcpy(&in6.sin6_addr, client, 4);
		found = MMDB_lookup_sockaddr(&p->db, (const struct sockaddr *)&in6, &error);
	}
	MMDB_entry_data_s data;
	static const char *const paths[][3] = { { "country", "iso_code", NULL }, { "registered_country", "iso_code", NULL }, { "country_code", NULL, NULL } };
	for (size_t i = 0; error == MMDB_SUCCESS && found.found_entry && i < COUNT_OF(paths); i++) {
		if (MMDB_aget_value(&found.entry, &data, paths[i]) != MMDB_SUCCESS || !data.has_data) continue;
		if (data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != 2) continue;
		const char *c = data.utf8_string;
		if (c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z') continue;
		memcpy(room, c, 2);
		room[2] = '\0';
		return str_make(room, 2);
	}
	return str_make("", 0);
}

/* --- places -------------------------------------------------------------------------------------------------- */

struct audience_places { MMDB_s db; };

bool audience_places_open(const char *path, struct audience_places **out, struct err *e)
{
	struct audience_places *p = calloc(1, sizeof *p);
	ensure(p != NULL);
	int status = MMDB_open(path, MMDB_MODE_MMAP, &p->db);
	if (status != MMDB_SUCCESS) {
		free(p);
		err_set(e, ERR_USAGE, "the database of places by IP address cannot be read");
		return err_cause(e, "geoip_places: %s: %s", path, MMDB_strerror(status));
	}
	*out = p;
	return true;
}

void audience_places_close(struct audience_places *p)
{
	if (!p) return;
	MMDB_close(&p->db);
	free(p);
}

static bool degrees_of(MMDB_entry_s *entry, const char *name, double *out)
{
	MMDB_entry_data_s data;
	if (MMDB_get_value(entry, &data, "location", name, NULL) != MMDB_SUCCESS || !data.has_data || data.type != MMDB_DATA_TYPE_DOUBLE) return false;
	*out = data.double_value;
	return true;
}

bool audience_places_find(const struct audience_places *p, struct str address, double *lat, double *lon)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	int error = 0;
	if (!address.n || address.n >= sizeof text) return false;
	memcpy(text, address.p, address.n);
	const struct sockaddr *to = inet_pton(AF_INET, text, &in.sin_addr) == 1 ? (const struct sockaddr *)&in : (const struct sockaddr *)&in6;
	if (to == (const struct sockaddr *)&in6 && inet_pton(AF_INET6, text, &in6.sin6_addr) != 1) return false;
	MMDB_lookup_result_s found = MMDB_lookup_sockaddr(&p->db, to, &error);
	return error == MMDB_SUCCESS && found.found_entry && degrees_of(&found.entry, "latitude", lat) && degrees_of(&found.entry, "longitude", lon);
}

bool cidr_holds(const struct cidr *list, size_t n, const unsigned char client[AUDIENCE_ADDRESS])
{
	for (size_t i = 0; i < n; i++) {
		size_t whole = (size_t)list[i].bits / 8;
		int left = list[i].bits % 8;
		if (memcmp(client, list[i].address, whole) != 0) continue;
		if (left == 0 || ((client[whole] ^ list[i].address[whole]) & (0xff << (8 - left) & 0xff)) == 0) return true;
	}
	return false;
}
