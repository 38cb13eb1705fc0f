/* Checked arithmetic: nothing that comes from outside is added or multiplied bare.
 * num_add and num_mul return true when the result does not fit (as the compiler's built-ins do). */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#define num_add(out, a, b) __builtin_add_overflow((a), (b), (out))
#define num_sub(out, a, b) __builtin_sub_overflow((a), (b), (out))
#define num_mul(out, a, b) __builtin_mul_overflow((a), (b), (out))

#define num_min(a, b) ((a) < (b) ? (a) : (b))
#define num_max(a, b) ((a) > (b) ? (a) : (b))

#endif
