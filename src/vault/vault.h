/* The keys of a server and what is made of them: master keys in a file beside the store, sub-keys for one purpose
 * and one host (Appendix D.1 of the cookie rules), sealing of small secrets, signatures of a portal. What is in the
 * database alone opens nothing.
 *
 * Master keys are 32 random bytes, numbered by one character of [0-9A-Za-z] (`kid`) and made at most every 30 days; the
 * file <data>/keys/master holds all that may still be needed, mode 0600. A sub-key is HKDF-SHA-256 with a salt of 32
 * zero bytes and info "odp1" 0x00 purpose 0x00 host. Threads: any. */
#ifndef VAULT_VAULT_H
#define VAULT_VAULT_H

#include "base/base.h"

struct vault;

/* Reads the keys below a data folder, making the first when there is none. ERR_SYSTEM when the file cannot be
 * read or is open to others. */
bool vault_open(struct str folder, struct vault **out, struct err *e) must_use nonnull_all;
/* Keys for a moment: what a folder that is only looked at is opened with. Nothing is written. */
struct vault *vault_passing(void) __attribute__((returns_nonnull));
void vault_close(struct vault *v);

enum { VAULT_KEY = 32, VAULT_SIGNATURE = 64, VAULT_PUBLIC = 32 };
enum vault_purpose { VAULT_CSRF, VAULT_PREFS, VAULT_THROTTLE, VAULT_SIGN, VAULT_SEAL, VAULT_PURPOSES };

/* The kid to write with at a time (seconds since 1970); a new key is made when the last is 30 days old and kept when
 * the file could be written, else the former goes on. */
char vault_kid(struct vault *v, int64_t now_s) nonnull_all;
/* The sub-key of a kid. False when there is none of that number, or when it has a successor and its own 30 days are over
 * for longer than `grace_s` (30 days for csrf, 214 days for prefs; negative: any age). Call vault_kid before: it makes the
 * successor that is due. */
bool vault_key(struct vault *v, char kid, enum vault_purpose purpose, struct str host, int64_t now_s, int64_t grace_s,
               unsigned char out[VAULT_KEY]) must_use nonnull_all;
/* The formula alone, for test vectors. */
void vault_derive(const unsigned char master[VAULT_KEY], const char *purpose, struct str host, unsigned char out[VAULT_KEY]);

/* A secret for the store: authenticated encryption under the host and a word that says what it is ("totp"); text of
 * [0-9A-Za-z_-]. Opening fails with ERR_SYSTEM when it was made for something else or altered. */
bool vault_seal(struct vault *v, struct str host, struct str what, struct str plain, struct buf *out, struct err *e) must_use;
bool vault_unseal(struct vault *v, struct str host, struct str what, struct str sealed, struct arena *a, struct str *out,
                  struct err *e) must_use;

/* Ed25519 with the portal's key, which is made of the first master key and stays. */
void vault_sign(struct vault *v, struct str host, struct str message, unsigned char out[VAULT_SIGNATURE]);
void vault_public(struct vault *v, struct str host, unsigned char out[VAULT_PUBLIC]);
bool vault_verify(const unsigned char key[VAULT_PUBLIC], struct str message, const unsigned char signature[VAULT_SIGNATURE]) must_use;

#endif
