/* The kinds of datasources with their parameters, for forms and documents. Names with a slash stand in an object: "auth/username". */
#include "fetch/fetch.h"
#include "i18n/i18n.h"

#define AUTH_CHOICES "basic_auth bearer api_key oauth2"
static const struct fetch_parameter uploaded[] = {
	{ "file/uid", N_("File"), NULL, true, false, NULL },
	{ 0 },
};
static const struct fetch_parameter http[] = {
	{ "connection/url", N_("Address"), N_("Where the file lies: https://…"), true, false, NULL },
	{ "relative_url", N_("Path"), N_("What comes after the address of a saved connection."), false, false, NULL },
	{ "connection/auth/type", N_("Signing in"), N_("How the other server lets us in, if it asks."), false, false, AUTH_CHOICES },
	{ "connection/auth/username", N_("User"), NULL, false, false, NULL },
	{ "connection/auth/password", N_("Password"), NULL, false, true, NULL },
	{ "connection/auth/token", N_("Token"), NULL, false, true, NULL },
	{ "connection/auth/name", N_("Name of the header or parameter"), NULL, false, false, NULL },
	{ "connection/auth/value", N_("Key"), NULL, false, true, NULL },
	{ "connection/auth/in", N_("The key is sent as"), NULL, false, false, "header query" },
	{ "connection/auth/grant_type", N_("Grant type"), NULL, false, false, "client_credentials password" },
	{ "connection/auth/token_endpoint", N_("Address that gives tokens"), NULL, false, false, NULL },
	{ "connection/auth/client_id", N_("Client"), NULL, false, false, NULL },
	{ "connection/auth/client_secret", N_("Secret of the client"), NULL, false, true, NULL },
	{ "connection/auth/scope", N_("Scope"), NULL, false, false, NULL },
	{ 0 },
};
static const struct fetch_parameter ftp[] = {
	{ "connection/url", N_("Address"), N_("ftp://, ftps:// or sftp:// and the name of the server."), true, false, NULL },
	{ "relative_url", N_("Path"), N_("A file, or a folder that ends with /: all files in it that are of one format are read, not those of folders inside."), false, false, NULL },
	{ "connection/auth/username", N_("User"), NULL, false, false, NULL },
	{ "connection/auth/password", N_("Password"), NULL, false, true, NULL },
	{ "connection/host_key", N_("Key of the server"), N_("SFTP only: SHA-256 of its key, base64. Anything else at that address is then refused."), false, false, NULL },
	{ 0 },
};
static const struct fetch_parameter s3[] = {
	{ "connection/url", N_("Endpoint"), N_("Empty for Amazon itself; else the address of the server that speaks like it."), false, false, NULL },
	{ "url", N_("Object"), N_("s3://bucket/key. With a / at its end: all objects below it."), true, false, NULL },
	{ "connection/style", N_("Where the bucket stands in the address"), NULL, false, false, "path host" },
	{ "connection/auth/region", N_("Region"), NULL, false, false, NULL },
	{ "connection/auth/access_key_id", N_("Access key"), NULL, false, false, NULL },
	{ "connection/auth/secret_access_key", N_("Secret access key"), NULL, false, true, NULL },
	{ 0 },
};
static const struct fetch_parameter azure[] = {
	{ "connection/auth/account_name", N_("Account"), NULL, false, false, NULL },
	{ "connection/auth/shared_key", N_("Key"), NULL, false, true, NULL },
	{ "url", N_("Object"), N_("container/name, or a whole address. With a / at its end: all objects below it."), true, false, NULL },
	{ 0 },
};
static const struct fetch_parameter postgresql[] = {
	{ "connection/host", N_("Server"), NULL, true, false, NULL },
	{ "connection/port", N_("Port"), NULL, false, false, NULL },
	{ "connection/database", N_("Database"), NULL, true, false, NULL },
	{ "connection/auth/username", N_("User"), NULL, false, false, NULL },
	{ "connection/auth/password", N_("Password"), NULL, false, true, NULL },
	{ "connection/sslmode", N_("Encryption"), N_("verify-full also checks that the server is who it says."), false, false, "verify-full require prefer disable" },
	{ "table", N_("Table"), N_("With its schema if need be: public.trees"), false, false, NULL },
	{ "query", N_("Query"), N_("Instead of a table: one SELECT. It runs in a transaction that cannot write."), false, false, NULL },
	{ "incremental_field", N_("Only new rows, by"), N_("A column that only grows: a number or a time. Rows beyond the greatest one are added to those read before; what changes or goes in the database later is not seen until the cache of the source is cleaned."), false, false, NULL },
	{ 0 },
};
static const struct fetch_parameter portal[] = {
	{ "url", N_("Address"), N_("Of the portal: https://data.example.org"), true, false, NULL },
	{ "dataset_id", N_("Dataset"), N_("Its identifier, as it stands in its address."), true, false, NULL },
	{ "where", N_("Only records with"), N_("A condition in the portal's query language."), false, false, NULL },
	{ "live", N_("Shown live"), N_("true: shown as it stands there. false: copied when it is published and by schedule."), false, false, "true false" },
	{ "apikey_connection", N_("Key"), N_("A saved connection whose key opens the other portal."), false, false, NULL },
	{ 0 },
};
static const struct fetch_parameter none[] = { { 0 } };

const struct fetch_kind fetch_kinds[] = {
	{ "uploaded_file", N_("A file from this computer"), N_("Sent once; send it again when it has changed."), false, uploaded },
	{ "http", N_("An address on the web"), N_("A file that is fetched, now and whenever a schedule says."), true, http },
	{ "ftp", N_("FTP or SFTP"), N_("A file or a folder of files on a file server."), true, ftp },
	{ "amazon_s3", N_("A bucket (S3)"), N_("Amazon S3, or a server that speaks like it."), true, s3 },
	{ "azure_blob_storage", N_("Azure Blob Storage"), NULL, true, azure },
	{ "postgresql", N_("A PostgreSQL database"), N_("A table or a query."), true, postgresql },
	{ "portal", N_("Another portal"), N_("A dataset of a portal like this one, or of any Opendatasoft-compatible one, with its metadata."), true, portal },
	{ "federated", N_("Another portal"), NULL, false, portal }, /* by the name that the management API of others gives it */
	{ "published", N_("The data as they are"), N_("What is published now, as it came by command line or push."), false, none },
	{ .type = NULL },
};
