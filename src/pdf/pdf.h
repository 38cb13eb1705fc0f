/* A document (doc/) as a PDF for reading, printing and keeping: tagged after PDF/UA-1 (ISO 14289-1), fit for archives after
 * PDF/A-2a (ISO 19005-2). The door to HarfBuzz (shaping and subsetting). Letters are laid out in any script and either
 * direction; every font used is embedded as a subset; what a program extracts is the Unicode of the source in reading order.
 * Refuses scripts, forms, attachments, encryption, images and links to files: pages hold words and rules only.
 *
 * The same document and facts give the same bytes (with the same fonts): no clock is read. Blocks meant for the screen are
 * left out. Fonts are files of Debian's packages fonts-noto-core, fonts-noto-mono and fonts-droid-fallback, chosen by what
 * they cover, run by run. Threads: any; a call keeps everything to itself. Memory: about ten times the text. */
#ifndef PDF_PDF_H
#define PDF_PDF_H

#include "base/base.h"
#include "clock/clock.h"
#include "doc/doc.h"

enum { PDF_BYTES_MOST = 8 << 20, PDF_MISSING_MOST = 8 };

/* All texts are UTF-8. */
struct pdf_facts {
	struct str author;      /* who answers for the document */
	struct str subject;
	struct str identity;    /* what makes the document id: equal texts, equal ids */
	struct instant made;    /* of the version, not of the call */
	struct str origin;      /* put before links that begin with "/" */
	struct str footer;      /* at the foot of every page */
	struct str page_of;     /* "Page {0} of {1}" in the document's language */
	uint32_t accent;        /* 0xRRGGBB, dark enough to be read on white */
};
struct pdf_report {
	int pages;
	size_t missing;                        /* characters that no font has; shown as U+FFFD */
	uint32_t examples[PDF_MISSING_MOST];   /* the first of them, each once */
	size_t nexamples;
};
/* Appends the file to out. Fails with ERR_TOO_LARGE past PDF_BYTES_MOST or out's own ceiling, and ERR_SYSTEM when not even
 * the first font is installed (the private part names the file). */
bool pdf_write(const struct doc *d, const struct pdf_facts *f, struct buf *out, struct pdf_report *report,
               struct err *e) must_use nonnull_all;

#endif
