/* What the files about the registry share. */
#ifndef PRIVACY_REGISTRY_H
#define PRIVACY_REGISTRY_H

extern const char privacy_registry_schema[]; /* JSON Schema */

#endif
