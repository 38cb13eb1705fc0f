/* Arguments, roles, exit codes. */
#include "app/app.h"
#include "cli/cli.h"
#include "gdal/gdal.h"
#include "image/image.h"
#include "ingest/ingest.h"
#include "sso/sso.h"
#include <locale.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const struct cli_hooks hooks = { .serve = app_serve };
	/* libarchive gives names of files in the locale's characters, and none for those it cannot spell. Numbers and order stay as C has them. */
	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc > 1 && strcmp(argv[1], INGEST_ROLE) == 0) return ingest_child_main();
	if (argc > 1 && strcmp(argv[1], GDAL_ROLE) == 0) return gdal_child_main();
	if (argc > 1 && strcmp(argv[1], IMAGE_ROLE) == 0) return image_child_main();
	if (argc > 1 && strcmp(argv[1], SSO_ROLE) == 0) return sso_child_main();
	return cli_main(argc, argv, environ, &hooks);
}
