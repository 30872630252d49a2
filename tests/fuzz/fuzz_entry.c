/*
 * entry_decode and its cursors over any bytes: nothing crashes, and what decodes encodes again to
 * the same bytes. The first byte chooses: bytes as they are, or with size and checksum made right,
 * so that the fuzzer gets past them.
 */
#include "../../engine/base/digest.h"
#include "../../engine/base/memory.h"
#include "../../engine/base/must.h"
#include "../../store/entry.h"

#define KEY 0x5eed1234u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
seal(uint8_t *bytes, size_t size)
{
	if (size < ENTRY_HEADER_BYTES)
		return;
	store_u32(bytes, (uint32_t)size);
	store_u32(bytes + 4, crc32c(KEY, bytes + 8, size - 8));
}

/* Everything that the cursors show lies inside the entry. */
static void
check_inside(struct bytes part, struct bytes whole)
{
	must(part.size == 0 ||
		(part.data >= whole.data && part.data + part.size <= whole.data + whole.size));
}

static void
check_entry(struct entry *entry, struct bytes bytes)
{
	static struct effect effects[ENTRY_EFFECTS_MAX];
	static struct posting postings[ENTRY_POSTINGS_MAX];
	struct bytes rest = entry->effect_bytes;
	size_t count = 0;
	while (effect_next(&rest, &effects[count])) {
		check_inside(effects[count].key, bytes);
		check_inside(effects[count].value, bytes);
		count++;
		must(count <= entry->effect_count);
		if (count == entry->effect_count)
			must(rest.size == 0);
		if (count == ENTRY_EFFECTS_MAX)
			break;
	}
	must(count == entry->effect_count);

	struct posting posting = { 0 };
	rest = entry->posting_bytes;
	for (count = 0; count < entry->posting_count; count++) {
		must(posting_next(&rest, &posting));
		check_inside(bytes_of_text(posting.book), bytes);
		check_inside(bytes_of_text(posting.unit), bytes);
		postings[count] = posting;
	}
	must(rest.size == 0);
	entry_is_balanced(entry);

	entry->effects = effects;
	entry->postings = postings;
	must(entry_size(entry) == bytes.size);
	uint8_t *again = memory_new(bytes.size);
	must(again != NULL);
	entry_encode(entry, KEY, again);
	must(memcmp(again, bytes.data, bytes.size) == 0);
	memory_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	bool sealed = data[0] % 2 == 1;
	size_t length = size - 1;
	/* Exactly as long, so that the sanitizer sees a read past it. */
	uint8_t *bytes = memory_new(length);
	must(bytes != NULL);
	memcpy(bytes, data + 1, length);
	if (sealed)
		seal(bytes, length);
	struct entry entry;
	struct fault fault;
	size_t whole;
	struct bytes view = { bytes, length };
	if (entry_decode(view, KEY, &entry, &whole, &fault) == STATUS_OK) {
		view.size = whole;
		check_entry(&entry, view);
	}
	memory_free(bytes);
	return 0;
}
