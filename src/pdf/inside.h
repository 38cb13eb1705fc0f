/* What the files of this room share: faces, shaped paragraphs, pages of operations, the tree of tags and the writer of
 * objects. Lengths are points (1/72 inch) as doubles; y grows downwards from the top of the page until it is written. */
#ifndef PDF_INSIDE_H
#define PDF_INSIDE_H

#include "pdf/pdf.h"

#include <hb.h>

/* --- fonts.c --------------------------------------------------------------------------------------- */

enum pdf_family { PDF_SANS, PDF_SERIF, PDF_MONO, PDF_FAMILIES };
struct pdf_style {
	enum pdf_family family;
	bool bold, italic;
	double size;
	uint32_t colour;
};
/* A code of a font in this file: one for each pair of a glyph and the text it stands for, so that extraction never has to
 * guess which of two texts a shared glyph means. */
struct pdf_cid {
	uint32_t gid;
	struct str text;
};
struct pdf_face {
	const char *file;
	hb_blob_t *blob;
	hb_face_t *face;
	hb_font_t *font;
	double upem;
	VEC(struct pdf_cid) cids;
	struct map by_key;
	int object;             /* of its font dictionary; 0 while it is not used */
	int number;             /* /F<number> */
};

struct pdf_job;
/* The face for a character: `before` when it fits, else the first of the style's chain that has it; NULL: none has. */
struct pdf_face *pdf_face_or_null(struct pdf_job *j, const struct pdf_style *s, uint32_t c, struct pdf_face *before_or_null);
uint32_t pdf_cid(struct pdf_job *j, struct pdf_face *f, uint32_t gid, struct str text);
void pdf_faces_done(struct pdf_job *j);

/* --- shape.c ---------------------------------------------------------------------------------------- */

struct pdf_glyph {
	uint32_t gid;
	uint32_t cluster;       /* byte in the paragraph's text */
	double advance, dx, dy;
};
/* A stretch of one face, style, direction and span, never longer than up to the next place where a line may begin. */
struct pdf_piece {
	const struct doc_span *span; /* NULL: not of the document (a bullet, a page number) */
	struct pdf_style style;
	struct pdf_face *face;
	size_t from, to;        /* bytes of the paragraph's text */
	unsigned char level;
	bool starts;            /* a line may begin here */
	struct pdf_glyph *glyphs; /* left to right */
	size_t nglyphs;
	double width;           /* all of it */
	double blank;           /* what of it is blanks at its end */
};
struct pdf_line { size_t first, n; double width; };
struct pdf_para {
	struct str text;
	bool rtl;
	double leading;         /* from one baseline to the next */
	double ascent;          /* from the top of a line to its baseline */
	VEC(struct pdf_piece) pieces;
	VEC(struct pdf_line) lines;
	double widest_word, natural; /* the narrowest and the widest it wants to be */
};
/* Shapes the spans of a block in a style. */
bool pdf_shape(struct pdf_job *j, const struct doc_block *b, const struct pdf_style *s, double leading, struct pdf_para *out,
               struct err *e) must_use;
/* The same for words that are not the document's. */
bool pdf_shape_text(struct pdf_job *j, struct str text, const struct pdf_style *s, double leading, struct pdf_para *out,
                    struct err *e) must_use;
/* Breaks it into lines; may split pieces that are too wide for any line. */
void pdf_break(struct pdf_job *j, struct pdf_para *p, double width);

/* --- pages and tags ----------------------------------------------------------------------------------- */

struct pdf_tag;
enum pdf_kid_kind { PDF_KID_TAG, PDF_KID_CONTENT, PDF_KID_LINK };
struct pdf_kid {
	enum pdf_kid_kind kind;
	struct pdf_tag *tag;
	size_t page;
	int number;             /* marked content of the page; or the annotation's object */
};
struct pdf_tag {
	const char *type;
	struct pdf_tag *parent;
	VEC(struct pdf_kid) kids;
	struct str lang, alt;
	const char *scope;      /* of TH: "Column", "Row" */
	const char *numbering;  /* of L */
	const void *of;         /* the link or span it was made for */
	int columns;
	int object;
};
/* Words at a place: a stretch of pieces in logical order with their left edges. */
struct pdf_words {
	struct pdf_tag *tag;    /* NULL: an artifact */
	struct str text;        /* of its paragraph */
	const struct pdf_piece *piece;
	double x, y;            /* of the baseline */
};
struct pdf_rule { double x, y, w, h; uint32_t colour; };
struct pdf_note { double x, y, w, h; struct pdf_tag *tag; const struct doc_link *link; int object; };
struct pdf_page {
	VEC(struct pdf_words) words;
	VEC(struct pdf_rule) rules;
	VEC(struct pdf_note) notes;
	VEC(struct pdf_tag *) contents; /* by number of marked content */
	int object;
};
struct pdf_mark { struct str title; size_t page; double y; int object; };

/* --- object.c ----------------------------------------------------------------------------------------- */

struct pdf_objects {
	struct buf *out;
	size_t base;            /* where the file begins in out */
	VEC(size_t) places;     /* of object i + 1; 0: not written yet */
};
int pdf_object(struct pdf_job *j);                      /* a number for an object to come */
void pdf_begin(struct pdf_job *j, int object);
void pdf_end(struct pdf_job *j);
/* `dict`: what stands in the dictionary beside Length and Filter. */
bool pdf_stream(struct pdf_job *j, int object, struct str dict, struct str bytes, bool packed, struct err *e) must_use;
void pdf_put_text(struct buf *b, struct str utf8);      /* a text string: UTF-16 in hexadecimal */
void pdf_put_number(struct buf *b, double v);
void pdf_put_colour(struct buf *b, uint32_t colour);    /* three numbers */

struct pdf_job {
	struct arena *arena;
	const struct doc *doc;
	const struct pdf_facts *facts;
	struct pdf_report *report;
	VEC(struct pdf_face *) faces;
	struct map faces_by_file;
	VEC(struct pdf_page) pages;
	VEC(struct pdf_mark) marks;
	struct pdf_tag *root;
	size_t page;            /* that is being filled */
	double y;               /* where the next block begins on it */
	struct pdf_objects objects;
};

/* --- flow.c ------------------------------------------------------------------------------------------- */

enum { PDF_WIDTH = 595, PDF_HEIGHT = 842, PDF_SIDE = 60, PDF_TOP = 58, PDF_BOTTOM = 72 };
#define PDF_INK 0x1b1b1bu
#define PDF_SOFT 0x55524cu
#define PDF_LINE 0xc9c4b8u
bool pdf_flow(struct pdf_job *j, struct err *e) must_use;
void pdf_new_page(struct pdf_job *j);
struct pdf_page *pdf_page_now(struct pdf_job *j);
struct pdf_tag *pdf_tag_new(struct pdf_job *j, struct pdf_tag *parent, const char *type);
/* One line at a place; tag NULL: an artifact. Links get their tags and notes. */
void pdf_put_line(struct pdf_job *j, struct pdf_tag *tag, const struct pdf_para *p, size_t line, double x, double width, double y);
double pdf_floor(void);         /* y below which nothing of the text stands */
/* --- table.c */
bool pdf_table(struct pdf_job *j, struct pdf_tag *parent, const struct doc_block *b, struct err *e) must_use;
/* --- feet.c: head and foot of every page, once their number is known */
bool pdf_feet(struct pdf_job *j, struct err *e) must_use;
/* --- page.c, tags.c, embed.c, meta.c: what is written */
/* Writes the pages and their list; gives the list's object. */
bool pdf_put_pages(struct pdf_job *j, int *list, struct err *e) must_use;
/* Writes the fonts that pages have used, and the resources that name them as `object`. */
bool pdf_put_fonts(struct pdf_job *j, int object, struct err *e) must_use;
double pdf_glyph_width(const struct pdf_face *f, uint32_t gid); /* in thousandths of the size, as the file says it */
int pdf_put_tags(struct pdf_job *j);    /* gives the tree's object */
int pdf_put_marks(struct pdf_job *j);   /* gives the outline's object; 0: none */
struct pdf_meta { int metadata, intent, info; };
bool pdf_put_meta(struct pdf_job *j, struct pdf_meta *out, struct err *e) must_use;

#endif
