/* What the files of the room share. */
#ifndef NET_INSIDE_H
#define NET_INSIDE_H

#include "net/net.h"
#include <curl/curl.h>

/* Runs one transfer until it ends or the token fires. *code is the library's. */
bool net_perform(CURL *h, struct cancel *cancel_or_null, CURLcode *code, struct err *e);
/* The same, calling tick about every so many milliseconds; tick may be NULL. */
bool net_perform_ticking(CURL *h, struct cancel *cancel_or_null, void (*tick)(void *arg), void *arg, int tick_ms, CURLcode *code, struct err *e);
/* Sets one option of any type; a refusal is a broken promise between the library and us. */
#define net_set(h, option, value) ensure(curl_easy_setopt((h), (option), (value)) == CURLE_OK)
/* What every transfer has: no signals, nothing of the environment, checked certificates. */
void net_common(CURL *h, int timeout_ms, const char *ca_file_or_empty);
/* True when an address is this machine's own. */
bool net_is_loopback(const void *sockaddr, size_t n);
/* The failure of a transfer in words that may be shown. */
bool net_failed(CURLcode code, const char *detail, struct err *e);

#endif
