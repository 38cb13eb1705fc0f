/* SAML documents of strangers, and their ruins. */
#define SEEDS "saml"
#define LEAST 4
#include "../../fuzz/saml.c"
#include "../seeds.h"
