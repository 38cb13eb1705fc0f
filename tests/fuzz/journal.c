/* Any bytes as a segment of a journal of pushes: read to the end or to where it is torn, and never beyond. What
 * is read, written again, is the same bytes. */
#include "base/base.h"
#include "live/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = str_make((const char *)data, size);
	struct journal_head head;
	struct journal_entry entry;
	auto_buf again = BUF_INIT(SIZE_MAX);
	if (!journal_read_head(s, &head)) return 0;
	journal_put_head(&again, &head);
	size_t at = JOURNAL_HEAD_BYTES;
	enum journal_step step;
	while ((step = journal_read(s, &at, &entry)) == JOURNAL_ENTRY) journal_put(&again, &entry);
	ensure(at <= size && (step == JOURNAL_TORN || at == size));
	ensure(str_eq(buf_str(&again), str_sub(s, 0, at)));
	return 0;
}
