/* Replays the seeds of the fuzz target of sign-in: passwords, codes, hashes of other products. */
#include "../../fuzz/account.c"
#define SEEDS "account"
enum { LEAST = 8 };
#include "../seeds.h"
