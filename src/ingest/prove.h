/* A column's type, proved: what all its cells allow. One proof per column, asked about every cell. */
#ifndef INGEST_PROVE_H
#define INGEST_PROVE_H

#include "ingest/load.h"
#include "ingest/mix.h"
#include "ingest/pledge.h"

enum { PROOF_VALUES = 256 };

/* How numbers are marked, counted for a point (0) and a comma (1). */
enum { MARK_POINT, MARK_COMMA, MARK_KINDS };
struct marks {
	int64_t plain;               /* 950: no mark at all */
	int64_t open[MARK_KINDS];    /* 1.234: thousands or decimals */
	int64_t decimal[MARK_KINDS]; /* 7.5: decimals */
	int64_t grouped[MARK_KINDS]; /* 1.234.567, 1.234,5: thousands */
	struct str odd[MARK_KINDS];  /* the first that is of `decimal`, or open; in the load's arena */
	int64_t odd_row[MARK_KINDS];
};

struct proof {
	uint32_t mask;             /* readings all cells so far have */
	uint32_t kinds;            /* bits of enum cell_kind seen */
	bool parted;               /* one of the texts that may be places is more than 12,5: it has a point or a blank */
	int64_t filled;            /* cells with a value */
	int64_t null_words;        /* cells such as NA, null unless the column is text */
	struct str null_word;      /* the first of them */
	struct str short_year;     /* the first date whose year has two figures */
	int64_t *fits;             /* SPELL_BITS counts, with a schema only */
	uint32_t wanted;           /* readings of the declared type, with a schema */
	struct marks marks;        /* of its numbers, while it has such readings */
	enum spell_sign sign;      /* beside its numbers; one that differs is none of them */
	int64_t nsigned;
	struct pledge *pledge;     /* what the column was published as; NULL: nothing, or its type was chosen */
	struct mix *mix;           /* counted from the cell on that made it text; NULL: there was none */
	/* The cell that made it text, and what it was before: worth a note. */
	int64_t text_row;
	uint32_t before;
	int64_t filled_before;
	struct str text_value;     /* in the load's arena */
	/* Range of numbers, kept for columns whose name may mean a latitude or longitude. */
	bool ranged;
	bool coded;                /* its name is that of codes: figures of the same length are one, and no number */
	uint8_t figures;           /* of every cell so far; 255: they differ, or are no figures */
	double low, high;
	int decimals;              /* most digits behind the mark */
	/* Different values, up to PROOF_VALUES; facets are guessed from them. */
	uint64_t *values;          /* hash table, 2 × PROOF_VALUES places */
	uint32_t nvalues;
	bool many;                 /* more than PROOF_VALUES, or long ones */
	bool only_points;          /* shapes: all of them points */
};

void proof_init(struct proof *p, struct arena *a, const struct field *declared_or_null, bool count_values);
void proof_cell(struct proof *p, struct arena *a, const struct cell *c, int64_t row);

/* Names that mean codes: “phone”, “code_insee”, “SIRET de l’établissement”. */
bool proof_means_codes(struct str label);
/* Is this GeoJSON geometry a point? */
bool proof_is_point(struct str shape);

/* What a column is read as. */
struct verdict {
	enum value_type type;
	bool list;
	enum spell_bit reading; /* of types that have readings */
	enum spell_sign sign;   /* of numbers: what may stand beside them */
	bool sign_needed;       /* percentages: a number without it is another */
};

/* What other columns of the file say about the marks that one column leaves open. */
struct evidence {
	bool point, comma;      /* decimal marks proved somewhere */
	bool dmy, mdy;          /* orders proved somewhere */
	char delimiter;         /* of a CSV; 0: none */
	bool before;            /* it is the version published last that says so */
};
void proof_testify(const struct proof *p, struct evidence *v);
/* Do the numbers of a column leave open whether one mark parts thousands or decimals, but for what other columns say? A few that are written
 * with the other mark do not settle it. */
bool proof_marks_open(const struct proof *p, int *mark);
/* Notes what had to be decided. */
struct verdict proof_verdict(const struct proof *p, struct load *l, struct str label, const struct evidence *v);
/* The reading for a declared type. */
struct verdict proof_declared(const struct proof *p, struct load *l, const struct field *f, const struct evidence *v);

#endif
