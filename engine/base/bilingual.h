/*
 * A text in English and Chinese at once, for reasons and kinds of things that stand inside of
 * sentences: the English, a byte that no UTF-8 has, the Chinese. So it goes through whatever takes
 * a text, and who shows it picks a half. A text in one language is the same in both.
 */
#ifndef SUANPAN_BILINGUAL_H
#define SUANPAN_BILINGUAL_H

#include "bytes.h"

#define BILINGUAL_MARK "\xff"
/*
 * Of two string literals: as a text, and as a string, which may be a format that takes first the
 * arguments of the one, then of the other.
 */
#define BILINGUAL(en, zh) TEXT(en BILINGUAL_MARK zh)
#define BILINGUAL_STRING(en, zh) en BILINGUAL_MARK zh

static inline struct text
bilingual_pick(struct text text, bool zh)
{
	const char *mark = text.size == 0
		? NULL
		: memchr(text.data, (unsigned char)BILINGUAL_MARK[0], text.size);
	if (mark == NULL)
		return text;
	size_t english = (size_t)(mark - text.data);
	return zh ? (struct text){ mark + 1, text.size - english - 1 }
		  : (struct text){ text.data, english };
}

#endif
