/* A dataset in a list, and the small facts about one that list and page share. */
#ifndef FRONT_CARD_H
#define FRONT_CARD_H

#include "front/inside.h"

void front_card(struct html *h, const struct visit *v, const struct dataset *d);
/* Publisher, records, date, licence as a list of small facts. */
void front_facts(struct html *h, const struct visit *v, const struct dataset *d, bool licence);
/* The title in the reader's language, or the identifier. */
struct str front_title(const struct visit *v, const struct dataset *d);

#endif
