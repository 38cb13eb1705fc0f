/* Attributes that let the compiler watch: results that matter, pointers never NULL, formats. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define must_use __attribute__((warn_unused_result))
#define nonnull_all __attribute__((nonnull))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define unused __attribute__((unused))

/* Ends a variable when its scope ends; the function receives a pointer to it and accepts zero. */
#define auto_with(fn) __attribute__((cleanup(fn)))

#endif
