/* What the files of a sheet share (see sheet.h). */
#ifndef SUANPAN_SHEET_PARTS_H
#define SUANPAN_SHEET_PARTS_H

#include "sheet.h"

/* Room for the cells of a new row, to be filled by the caller; NULL, with a fault, without memory.
 */
struct text *sheet_add_row(struct sheet *sheet, uint64_t line, struct fault *fault);

void sheet_problem_add(
	struct sheet_problems *problems, uint64_t line, uint32_t column, const char *what);
/* STATUS_INVALID if there are any. */
enum status sheet_problems_status(const struct sheet_problems *problems, struct fault *fault);

#endif
