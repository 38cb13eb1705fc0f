/* What the files of the room share. */
#ifndef MAIL_INSIDE_H
#define MAIL_INSIDE_H

#include "mail/mail.h"

#define MAIL_DAY_US INT64_C(86400000000)

/* A letter as it stands in the queue, its text opened. */
struct mail_waiting {
	int64_t id, tries;
	struct tenant_id tenant;
	struct str to, sender, lang, subject, text, message, reply_to, off;
	struct instant created, until;
};
/* message.c: the letter as RFC 5322 and MIME have it, lines ended by CR LF; `from` is an address. */
void mail_put_message(struct buf *b, const struct mail_waiting *w, struct str from, struct instant now);
/* One header whose value may hold any letter, encoded as RFC 2047 and folded. */
void mail_put_header(struct buf *b, const char *name, struct str text);
/* Lines of at most 76 characters of printable ASCII (RFC 2045 §6.7). */
void mail_put_quoted(struct buf *b, struct str text);

/* box.c */
struct str mail_folder(struct arena *a, const struct conf *c, struct str data); /* of the settings, absolute; empty: none */
bool mail_box_put(struct str folder, const struct mail_waiting *w, struct str from, struct instant now, struct err *e) must_use;
bool mail_box_read(struct str folder, struct tenant_id tenant, size_t n, struct arena *a, struct mail_boxed **out, size_t *count,
                   struct err *e) must_use;

/* queue.c */
enum mail_query {
#define Q(name, text) MAIL_Q_##name,
#define HOUSE(name, text)
#include "mail/queries.def"
#undef Q
#undef HOUSE
	MAIL_Q_COUNT
};
enum mail_house {
#define Q(name, text)
#define HOUSE(name, text) MAIL_H_##name,
#include "mail/queries.def"
#undef Q
#undef HOUSE
	MAIL_H_COUNT
};
extern const struct store_query mail_q[];
extern const struct store_house_query mail_h[];
/* What the text is sealed under. */
#define MAIL_SEAL_HOST STR("mail")
#define MAIL_SEAL_WORD STR("letter")
/* And under what the two addresses of its headers are, a line each. */
#define MAIL_SEAL_EXTRA STR("letter headers")

#endif
