/* One message to one recipient. */
#include "net/inside.h"
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

enum { TIMEOUT_MS = 60000 };

struct letter {
	struct str left;
	bool loopback_only; /* a password would go in clear */
	bool refused;
};

static size_t give(char *to, size_t size, size_t n, void *arg)
{
	struct letter *l = arg;
	size_t room = num_min(size * n, l->left.n);
	if (room) memcpy(to, l->left.p, room);
	l->left = str_from(l->left, room);
	return room;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct letter *l = arg;
	if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
	if (l->loopback_only && !net_is_loopback(&to->addr, to->addrlen)) {
		l->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

bool net_smtp_final(int code)
{
	/* The mailbox or the letter is refused for good; 530, 535 and their like are the operator's to mend. */
	return code >= 550 && code <= 556;
}

bool net_smtp(const struct net_smtp *s, struct str from, struct str to, struct str message, int *code, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct letter l = { .left = message };
	char detail[CURL_ERROR_SIZE] = "";
	CURLcode result = CURLE_OK;
	long said = 0;
	CURL *h = curl_easy_init();
	ensure(h != NULL);
	*code = 0;
	bool brackets = strchr(s->host, ':') != NULL;
	net_common(h, s->timeout_ms ? s->timeout_ms : TIMEOUT_MS, s->ca_file_or_empty);
	net_set(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	net_set(h, CURLOPT_URL, arena_printf(&a, "%s://%s%s%s:%d/%s", s->security == NET_TLS ? "smtps" : "smtp", brackets ? "[" : "", s->host, brackets ? "]" : "", s->port, s->helo).p);
	if (s->security == NET_STARTTLS) net_set(h, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	if (s->user && *s->user) {
		net_set(h, CURLOPT_USERNAME, s->user);
		net_set(h, CURLOPT_PASSWORD, s->password ? s->password : "");
		l.loopback_only = s->security == NET_PLAIN;
	}
	struct curl_slist *rcpt = curl_slist_append(NULL, arena_printf(&a, "<%.*s>", STR_ARG(to)).p);
	ensure(rcpt != NULL);
	net_set(h, CURLOPT_MAIL_FROM, arena_printf(&a, "<%.*s>", STR_ARG(from)).p);
	net_set(h, CURLOPT_MAIL_RCPT, rcpt);
	net_set(h, CURLOPT_UPLOAD, 1L);
	net_set(h, CURLOPT_READFUNCTION, give);
	net_set(h, CURLOPT_READDATA, &l);
	net_set(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	net_set(h, CURLOPT_OPENSOCKETDATA, &l);
	net_set(h, CURLOPT_ERRORBUFFER, detail);
	bool ok = net_perform(h, s->cancel_or_null, &result, e);
	if (ok && result != CURLE_OK) {
		ok = false;
		if (curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &said) == CURLE_OK && result != CURLE_LOGIN_DENIED) *code = (int)said;
		if (l.refused) {
			err_set(e, ERR_UPSTREAM, "a password is not sent in clear to another machine; set smtp_security to starttls or tls");
		} else if (*code >= 400) {
			err_set(e, ERR_UPSTREAM, "the mail server answered %d", *code);
			err_cause(e, "curl %d: %s", (int)result, detail);
		} else {
			net_failed(result, detail, e);
		}
	}
	curl_slist_free_all(rcpt);
	curl_easy_cleanup(h);
	return ok;
}
